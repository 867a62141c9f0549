"""Masking: what a model sees of accounts, and that nobody behind it notices."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from cloudprobe.adapters.models.masked import MaskedChat, Masks
from cloudprobe.domain.conversation import ChatReply, ChatRequest, RenderedPrompt, StopReason, Tool, ToolCall, Turn
from cloudprobe.errors import StateCorruptedError
from cloudprobe.testing import InMemoryArtifactStore, ScriptedChat, calling

OURS, THEIRS, THIRD = "111122223333", "444455556666", "777788889999"
INSPECTION = "20260101-000000-9f86d081"
TOOL = Tool(name="answer", description="", parameters={"type": "object"})


def request(user, *turns, system="Account 111122223333 is an example."):
    prompt = RenderedPrompt(name="p", version="v", system=system, user=user)
    said = tuple(Turn(role="user", text=text) for text in turns)
    return ChatRequest(agent="orchestrator", prompt=prompt, turns=said, tool=TOOL, max_output_tokens=100)


@pytest.fixture
def artifacts():
    return InMemoryArtifactStore()


@pytest.fixture
def masks(artifacts):
    return opened(artifacts)


def opened(artifacts, **changes):
    masks = Masks(artifacts)
    masks.open(INSPECTION, **{"accounts": (OURS,), "active": True, **changes})
    return masks


@pytest.mark.parametrize(
    "text",
    [
        f"arn:aws:iam::{THEIRS}:role/x",
        f'{{"Account": "{THEIRS}"}}',
        f"the account {THEIRS} is",
        f"account id: {THEIRS}",
        f"{THEIRS}.dkr.ecr.eu-west-1.amazonaws.com/app",
        f"https://sqs.eu-west-1.amazonaws.com/{THEIRS}/orders",
        f"'{THEIRS}'",
        f"arn:aws:sns:eu-west-1:{THEIRS}:t and nothing of {OURS} itself",
        f'"{{\\"Principal\\": {{\\"AWS\\": \\"{THEIRS}\\"}}}}"',
        f"https://sqs.eu-west-1.amazonaws.com/{THEIRS}",
        f"arn%3Aaws%3Aiam%3A%3A{THEIRS}%3Arole%2Fx",
        f'"aws-athena-query-results-eu-west-1-{THEIRS}"',
        f"s3://cdk-hnb659fds-assets-{THEIRS}-eu-west-1/key",
        f'"{THEIRS}-logs"',
        f"The snapshot is shared with {THEIRS}.",
        f'{{"ownerId": {THEIRS}}}',
        f"AWSLogs/{THEIRS}/CloudTrail",
    ],
)
def test_no_account_reaches_the_model(masks, text):
    chat = ScriptedChat(calling("answer", {}))
    MaskedChat(chat, masks).send(request(text, text))
    (seen,) = chat.requests
    for shown in (seen.prompt.user, seen.turns[0].text):
        assert THEIRS not in shown
        assert OURS not in shown
        assert len(shown) == len(text)


def test_what_the_model_answers_is_about_the_accounts_themselves(masks):
    def obedient(asked):
        arn = asked.prompt.user.split()[-1]
        return ChatReply(
            text=f"It is {arn}",
            calls=(ToolCall(name="answer", input={"arns": [arn], arn: {"script": f"x = '{arn}'"}}),),
            stop=StopReason.TOOL,
        )

    arn = f"arn:aws:iam::{THEIRS}:role/x"
    reply = MaskedChat(ScriptedChat(obedient), masks).send(request(f"Look at {arn}"))
    assert reply.text == f"It is {arn}"
    assert reply.calls[0].input == {"arns": [arn], arn: {"script": f"x = '{arn}'"}}


def test_a_stand_in_is_the_same_all_along_also_after_a_resume(artifacts, masks):
    first = masks.hide(f'"{THEIRS}" "{OURS}"')
    again = opened(artifacts).hide(f'"{THEIRS}" "{OURS}"')
    assert first == again
    assert opened(artifacts).reveal(first[0]) == f'"{THEIRS}" "{OURS}"'


def test_accounts_have_stand_ins_of_their_own(masks):
    shown = masks.hide(f'"{OURS}" "{THEIRS}" "{THIRD}"')[0].split()
    assert len(set(shown)) == 3


def test_a_size_in_bytes_is_no_account(masks):
    for text in (
        '{"BytesUsed": 512000000000, "T": 1795514405123}',
        "It grew to 512000000000 bytes, and by 12.123456789012 %.",
        '"export-202611241300.json"',
    ):
        assert masks.hide(text) == (text,)


def test_the_console_s_way_to_write_an_account_is_hidden_too(masks):
    (shown,) = masks.hide("Why may 1111-2222-3333 not read, nor 1111 2222 3333? Call 0800-1234-5678.")
    assert "2222" not in shown
    assert "0800-1234-5678" in shown
    assert masks.reveal(shown).count("1111-2222-3333") == 1
    assert masks.reveal(shown).count("1111 2222 3333") == 1


def test_what_is_sent_to_be_counted_is_masked_too(masks):
    """CountTokens is a request to the provider like any other."""

    class Counting(ScriptedChat):
        def count(self, request):
            self.requests.append(request)
            return super().count(request)

    chat, asked = Counting(), request(f"arn:aws:iam::{OURS}:role/x", f'"{THEIRS}"')
    assert MaskedChat(chat, masks).count(asked) == ScriptedChat().count(asked)
    assert OURS not in chat.requests[0].model_dump_json(exclude={"prompt": {"system"}})
    assert THEIRS not in chat.requests[0].model_dump_json()


def test_values_are_hidden_whole_and_stand_ins_are_left_alone(masks):
    value = {"account": OURS, "arns": [f"arn:aws:iam::{THEIRS}:role/x"], OURS: {"n": 512000000000, "t": None}}
    shown = masks.hide_value(value)
    assert OURS not in json.dumps(shown)
    assert THEIRS not in json.dumps(shown)
    assert shown[shown["account"]] == {"n": 512000000000, "t": None}
    assert masks.hide_value(shown) == shown
    assert masks.reveal(shown) == value


def test_a_stand_in_that_is_answered_as_a_number_is_the_account(masks):
    (shown,) = masks.hide(OURS)
    assert masks.reveal({"account": int(shown), "n": 3, "yes": True}) == {"account": OURS, "n": 3, "yes": True}


def test_many_at_once_get_stand_ins_of_their_own(masks):
    ids = [f"{400000000000 + n}" for n in range(200)]
    with ThreadPoolExecutor(8) as pool:
        shown = list(pool.map(lambda one: masks.hide(f'"{one}"')[0], ids))
    assert len(set(shown)) == len(ids)
    assert [masks.reveal(one) for one in shown] == [f'"{one}"' for one in ids]


def test_a_number_that_is_taken_is_no_stand_in(artifacts):
    masks = Masks(artifacts)
    masks.open(INSPECTION, accounts=(), active=True)
    text = f'"999999990001" is real, "{THEIRS}" too'
    (shown,) = masks.hide(text)
    assert masks.reveal(shown) == text
    assert THEIRS not in shown
    assert "999999990001" not in shown


def test_another_inspection_has_stand_ins_of_its_own(masks):
    masks.hide(f'"{THEIRS}"')
    masks.open("20260101-000001-00000000", accounts=(THIRD,), active=True)
    shown = masks.hide(f'"{THIRD}"')[0]
    assert masks.reveal(shown) == f'"{THIRD}"'


def test_without_the_option_nothing_changes(artifacts):
    chat = ScriptedChat(calling("answer", {"a": OURS}))
    asked = request(f"arn:aws:iam::{OURS}:role/x")
    reply = MaskedChat(chat, opened(artifacts, active=False)).send(asked)
    assert chat.requests == [asked]
    assert reply.calls[0].input == {"a": OURS}
    assert artifacts.contents == {}


def test_a_secret_in_a_question_is_hidden_for_good(masks):
    (shown,) = masks.hide("Why does AKIAIOSFODNN7EXAMPLE with password=hunter2-hunter2 fail?")
    assert "hunter2" not in shown


def test_the_system_part_stays_as_it_is_for_the_sake_of_the_cache(masks):
    chat = ScriptedChat(calling("answer", {}))
    asked = request("x")
    MaskedChat(chat, masks).send(asked)
    assert chat.requests[0].prompt.system == asked.prompt.system


@pytest.mark.parametrize("stored", [b"", b"[]", b'{"a": 1}', b"\xff"])
def test_damaged_stand_ins_are_said_to_be(artifacts, stored):
    artifacts.put(f"{INSPECTION}/masks.json", stored)
    with pytest.raises(StateCorruptedError):
        opened(artifacts)


def test_stand_ins_are_kept_with_the_inspection(artifacts, masks):
    masks.hide(f'"{THEIRS}"')
    assert set(json.loads(artifacts.get(f"{INSPECTION}/masks.json"))) == {OURS, THEIRS}
