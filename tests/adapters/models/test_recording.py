"""What was said with a model, kept and said again: in another inspection, another account, at another time."""

import json
from concurrent.futures import ThreadPoolExecutor

import pytest

from cloudprobe.adapters.models.exchange import asked, from_file
from cloudprobe.adapters.models.recording import RecordedChat, exchange_files
from cloudprobe.adapters.models.replaying import ReplayedChat
from cloudprobe.domain.conversation import ChatReply, ChatRequest, RenderedPrompt, StopReason, TokenUsage, Tool, Turn
from cloudprobe.errors import ModelNotRecordedError, StateCorruptedError, UsageError
from cloudprobe.testing import ScriptedChat, calling

FIRST = """inspection 20261124-034200-9f86d081 of account 111122223333 at 127.0.0.1:4566
asked 2026-11-24T03:42:00Z, window 2026-11-24 02:42:00 to 2026-11-24T03:42:00.120+00:00, took 1.234 s
role arn:aws:iam::111122223333:role/cloudprobe/cloudprobe-20261124-034200-9f86d081-1-1-0
instance i-0123456789abcdef0 in vpc-0a1b2c3d, request 5b6c1d9e-0000-4000-8000-123456789abc
see 20261124-034200-9f86d081/1/1/0#/calls/3/response, other account 444455556666"""
SECOND = """inspection 20270101-101010-00112233 of account 999988887777 at 127.0.0.1:39001
asked 2027-01-01T10:10:10Z, window 2027-01-01 09:10:10 to 2027-01-01T10:10:10.999+00:00, took 0.9 s
role arn:aws:iam::999988887777:role/cloudprobe/cloudprobe-20270101-101010-00112233-1-1-0
instance i-0fedcba9876543210 in vpc-0ffffffff, request 00000000-1111-4222-8333-444444444444
see 20270101-101010-00112233/1/1/0#/calls/3/response, other account 222233334444""".replace(
    "vpc-0ffffffff", "vpc-0fffffff"
)


def request(user, *, name="plan", version="0" * 12, agent="orchestrator", turns=()):
    return ChatRequest(
        agent=agent,
        prompt=RenderedPrompt(name=name, version=version, system="You plan.", user=user),
        turns=turns,
        tool=Tool(name="plan", description="Plan.", parameters={"type": "object"}),
        max_output_tokens=100,
    )


def record(folder, *exchanges, secrets=()):
    chat = RecordedChat(ScriptedChat(*[reply for _, reply in exchanges]), folder, secrets=secrets)
    for asked_, reply in exchanges:
        assert chat.send(asked_) == reply


def test_an_answer_is_told_in_the_values_of_the_question_it_answers(tmp_path):
    given = {
        "evidence": ["20261124-034200-9f86d081/1/1/0#/calls/3/response"],
        "script": "account = '111122223333'\nother = '444455556666'\n",
        "id": "i-0123456789abcdef0",
        "since": "2026-11-24T03:42:00Z",
        "own": "555566667777",
    }
    record(tmp_path, (request(FIRST), calling("plan", given)))
    reply = ReplayedChat(tmp_path).send(request(SECOND))
    assert reply.calls[0].input == {
        "evidence": ["20270101-101010-00112233/1/1/0#/calls/3/response"],
        "script": "account = '999988887777'\nother = '222233334444'\n",
        "id": "i-0fedcba9876543210",
        "since": "2027-01-01T10:10:10Z",
        "own": "555566667777",
    }
    assert reply.usage == TokenUsage(input=100, output=20)
    assert reply.stop is StopReason.TOOL


def test_what_is_asked_decides_and_not_when(tmp_path):
    record(
        tmp_path,
        (request("one"), calling("plan", {"n": 1})),
        (request("two", agent="code_generator"), calling("plan", {"n": 2})),
        (request("three"), calling("plan", {"n": 3})),
    )
    chat = ReplayedChat(tmp_path)
    asked_ = [request("three"), request("two", agent="code_generator"), request("one")]
    assert [chat.send(one).calls[0].input["n"] for one in asked_] == [3, 2, 1]
    for other in (request("one", agent="code_generator"), request("one", name="other"), request("One")):
        with pytest.raises(ModelNotRecordedError):
            chat.send(other)


def test_asked_again_it_goes_on_and_stays_with_the_last(tmp_path):
    record(tmp_path, *[(request("one"), calling("plan", {"n": n})) for n in (1, 2)])
    chat = ReplayedChat(tmp_path)
    assert [chat.send(request("one")).calls[0].input["n"] for _ in range(4)] == [1, 2, 2, 2]


def test_repair_turns_are_exchanges_of_their_own(tmp_path):
    turns = (Turn(role="assistant", text="(nothing)"), Turn(role="user", text="Call it, account 111122223333."))
    record(
        tmp_path,
        (request(FIRST), ChatReply(stop=StopReason.CUT, text="half")),
        (request(FIRST, turns=turns), calling("plan", {"n": 1})),
    )
    chat = ReplayedChat(tmp_path)
    assert chat.send(request(SECOND)).stop is StopReason.CUT
    now = (turns[0], Turn(role="user", text="Call it, account 999988887777."))
    assert chat.send(request(SECOND, turns=now)).calls[0].input == {"n": 1}


def test_an_exchange_can_be_read_and_changed_by_hand(tmp_path):
    record(tmp_path, (request(FIRST), calling("plan", {"script": "a = 1\nb = 2\n"})))
    (path,) = exchange_files(tmp_path)
    assert path.name.startswith("001-orchestrator-plan-")
    document = json.loads(path.read_text())
    assert document["user"]["lines"][0] == "inspection «inspection-1» of account «account-1» at «port-1»"
    assert document["reply"]["calls"][0]["input"]["script"]["lines"] == ["a = 1", "b = 2", ""]
    document["reply"]["calls"][0]["input"]["script"] = {"lines": ["a = 2", "account = '«account-2»'"]}
    path.write_text(json.dumps(document))
    reply = ReplayedChat(tmp_path).send(request(SECOND))
    assert reply.calls[0].input["script"] == "a = 2\naccount = '222233334444'"


def test_no_secret_is_kept(tmp_path):
    user = "key wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY, password=hunter2hunter2 and token-of-the-process"
    said = {"a": "token-of-the-process", "b": "-----BEGIN PRIVATE KEY-----\nabc\n-----END PRIVATE KEY-----"}
    record(tmp_path, (request(user), calling("plan", said)), secrets=["token-of-the-process", ""])
    (path,) = exchange_files(tmp_path)
    text = path.read_text()
    for secret in ("hunter2hunter2", "token-of-the-process", "BEGIN PRIVATE KEY-----\\nabc"):
        assert secret not in text
    assert ReplayedChat(tmp_path).send(request(user)).calls


def test_what_was_not_recorded_says_which_prompt_changed_and_where(tmp_path):
    record(tmp_path, (request("line one\nline two of 111122223333\nline three"), calling("plan", {})))
    chat = ReplayedChat(tmp_path)
    with pytest.raises(ModelNotRecordedError) as raised:
        chat.send(request("line one\nline 2 of 999988887777\nline three", version="f" * 12))
    text = str(raised.value)
    assert "prompt plan of the orchestrator" in text
    assert "000000000000, now ffffffffffff" in text
    assert "Line 2 was “line two of «account-1»” and is “line 2 of «account-1»”" in text
    assert raised.value.exit_code == 4
    with pytest.raises(ModelNotRecordedError, match="prompt other of the orchestrator was never asked"):
        chat.send(request("line one", name="other"))
    with pytest.raises(ModelNotRecordedError, match="was “line two of «account-1»” and is missing"):
        chat.send(request("line one"))


def test_a_changed_prompt_file_alone_changes_nothing(tmp_path):
    record(tmp_path, (request("one"), calling("plan", {"n": 1})))
    assert ReplayedChat(tmp_path).send(request("one", version="f" * 12)).calls[0].input == {"n": 1}


def test_several_agents_record_into_one_folder_at_once(tmp_path):
    def one(n):
        record(tmp_path / "new" / "folder", (request(f"question {n}"), calling("plan", {"n": n})))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(one, range(24)))
    files = exchange_files(tmp_path / "new" / "folder")
    assert [int(path.name[:3]) for path in files] == list(range(1, 25))
    chat = ReplayedChat(tmp_path / "new" / "folder")
    assert [chat.send(request(f"question {n}")).calls[0].input["n"] for n in range(24)] == list(range(24))


def test_a_folder_that_is_none_is_named(tmp_path):
    for folder in (tmp_path, tmp_path / "absent"):
        with pytest.raises(UsageError, match="no recorded conversation"):
            ReplayedChat(folder)
    (tmp_path / "001-orchestrator-plan-abc.json").write_text('{"version": 1, "key": 3}')
    with pytest.raises(StateCorruptedError, match="is no recorded exchange"):
        ReplayedChat(tmp_path)


@pytest.mark.parametrize(
    "text",
    [
        "port 8080 of 10.0.0.1, 3 buckets, version 1.2.3",
        "bucket orders-20261124 and log group /aws/lambda/orders",
        "amount 1234567890123456, code 12345",
    ],
)
def test_what_tells_one_question_from_another_stays(text):
    assert asked(request(text))[1] == text


def test_two_accounts_are_not_one():
    one, other = (
        "from 111122223333 to 444455556666 and 111122223333",
        "from 111122223333 to 444455556666 and 444455556666",
    )
    assert asked(request(one))[0] != asked(request(other))[0]


def test_a_file_is_what_was_recorded(tmp_path):
    reply = calling("plan", {"n": [1, None, {"lines": 3}], "text": "«account-1»"})
    record(tmp_path, (request("one"), reply))
    assert from_file(exchange_files(tmp_path)[0]).reply == reply
