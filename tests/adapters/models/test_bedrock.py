"""Through langchain-aws and botocore to a Converse on this machine: what is sent, and what every fault becomes."""

import threading
from dataclasses import replace

import pytest
from pydantic import BaseModel

from cloudprobe.adapters.models.bedrock import CHEAP, DEFAULT_MODELS, STRONG, BedrockSettings, open_bedrock
from cloudprobe.adapters.models.retrying import FAILURE_WAITS, THROTTLE_WAITS
from cloudprobe.adapters.models.structured import StructuredModel
from cloudprobe.domain.conversation import RenderedPrompt, StopReason, Turn
from cloudprobe.errors import (
    InspectionInterruptedError,
    ModelAccessError,
    ModelAnswerError,
    ModelOverflowError,
    ModelRefusedError,
    ModelThrottledError,
    ModelUnavailableError,
)
from cloudprobe.testing.converse import FAULTS, ConverseServer, say, use
from tests.adapters.models.conftest import SONNET, request


class Plan(BaseModel):
    """Say what comes next."""

    action: str


def test_a_request_has_the_tool_forced_and_the_static_part_cached(chat):
    with ConverseServer(use("plan", {"action": "go"})) as server:
        reply = chat(server).send(request(system="You plan. " * 600, tokens=700))
    body = server.requests[0].body
    assert server.requests[0].model == SONNET
    assert body["system"] == [{"text": "You plan. " * 600}, {"cachePoint": {"type": "default"}}]
    assert body["toolConfig"]["toolChoice"] == {"tool": {"name": "plan"}}
    assert body["inferenceConfig"] == {"maxTokens": 700}
    assert body["messages"] == [{"role": "user", "content": [{"text": "What next?"}]}]
    assert reply.stop is StopReason.TOOL
    assert [(call.name, call.input) for call in reply.calls] == [("plan", {"action": "go"})]
    assert reply.request_id
    assert reply.model == SONNET


def test_tokens_are_counted_once_whether_cached_or_not(chat):
    with ConverseServer(use("plan", {}), use("plan", {})) as server:
        opened = chat(server)
        first = opened.send(request(system="You plan. " * 600)).usage
        second = opened.send(request(system="You plan. " * 600, user="And then?")).usage
    assert first.cache_write > 1_000
    assert first.cache_read == 0
    assert (second.cache_read, second.cache_write) == (first.cache_write, 0)
    assert first.input < 100
    assert first.output > 0


def test_a_write_that_is_told_by_lifetime_is_counted_too(chat):
    told = {"inputTokens": 10, "outputTokens": 5, "cacheReadInputTokens": 100, "cacheWriteInputTokens": 200}
    answer = use("plan", {})
    with ConverseServer(lambda _: _with_usage(answer, told)) as server:
        usage = chat(server).send(request()).usage
    assert (usage.input, usage.output, usage.cache_read, usage.cache_write) == (10, 5, 100, 200)


def _with_usage(answer, told):
    details = [{"ttl": "5m", "inputTokens": told["cacheWriteInputTokens"]}]
    return replace(answer, usage={**told, "cacheDetails": details})


@pytest.mark.parametrize(
    ("model", "choice", "cached"),
    [
        ("global.anthropic.claude-sonnet-5", {"tool": {"name": "plan"}}, True),
        ("global.anthropic.claude-sonnet-5-5", None, True),
        ("global.amazon.nova-2-lite-v1:0", {"tool": {"name": "plan"}}, True),
        ("mistral.mistral-large-2407-v1:0", {"any": {}}, False),
        ("meta.llama3-1-70b-instruct-v1:0", None, False),
        ("arn:aws:bedrock:eu-west-1:123456789012:inference-profile/eu.anthropic.claude-sonnet-5", "tool", True),
    ],
)
def test_the_tool_is_forced_as_far_as_the_model_takes_it(chat, model, choice, cached):
    with ConverseServer(use("plan", {"action": "go"})) as server:
        chat(server, model).send(request())
    body = server.requests[0].body
    found = body["toolConfig"].get("toolChoice")
    assert found == ({"tool": {"name": "plan"}} if choice == "tool" else choice)
    assert ({"cachePoint": {"type": "default"}} in body["system"]) is cached


def test_turns_follow_the_question(chat):
    turns = (Turn(role="assistant", text="(nothing)"), Turn(role="user", text="Call it."))
    with ConverseServer(use("plan", {})) as server:
        chat(server).send(request().model_copy(update={"turns": turns}))
    assert [one["role"] for one in server.requests[0].body["messages"]] == ["user", "assistant", "user"]


def test_each_agent_has_its_own_default():
    assert DEFAULT_MODELS["orchestrator"] == DEFAULT_MODELS["prompt_generator"] == CHEAP
    assert DEFAULT_MODELS["code_generator"] == DEFAULT_MODELS["discovery_analyst"] == STRONG


FAILURES = {
    "throttled": (ModelThrottledError, 1 + len(THROTTLE_WAITS)),
    "not_ready": (ModelThrottledError, 1 + len(THROTTLE_WAITS)),
    "unavailable": (ModelThrottledError, 1 + len(THROTTLE_WAITS)),
    "internal": (ModelUnavailableError, 1 + len(FAILURE_WAITS)),
    "model_error": (ModelUnavailableError, 1 + len(FAILURE_WAITS)),
    "hang_up": (ModelUnavailableError, 1 + len(FAILURE_WAITS)),
    "not_json": (ModelUnavailableError, 1 + len(FAILURE_WAITS)),
    "timed_out": (ModelUnavailableError, 1),
    "overflow": (ModelOverflowError, 1),
    "wrong_model": (ModelAccessError, 1),
    "no_region": (ModelAccessError, 1),
    "no_profile": (ModelAccessError, 1),
    "no_access": (ModelAccessError, 1),
    "bad_keys": (ModelAccessError, 1),
}


@pytest.mark.parametrize("name", FAILURES)
def test_every_fault_has_its_name_and_is_asked_again_only_where_that_helps(chat, name):
    kind, sends = FAILURES[name]
    with ConverseServer(then=FAULTS[name]) as server, pytest.raises(kind) as raised:
        chat(server).send(request())
    assert type(raised.value) is kind
    assert len(server.requests) == sends
    assert raised.value.hint
    assert SONNET in str(raised.value)


def test_the_messages_say_what_to_do(chat):
    hints = {"no_profile": "inference profile", "no_access": "bedrock:InvokeModel", "bad_keys": "BEDROCK_PROFILE"}
    for name, hint in hints.items():
        with ConverseServer(then=FAULTS[name]) as server, pytest.raises(ModelAccessError) as raised:
            chat(server).send(request())
        assert hint in raised.value.hint


@pytest.mark.parametrize("name", ["throttled", "internal", "hang_up"])
def test_what_passes_is_waited_for(chat, name):
    with ConverseServer(FAULTS[name], use("plan", {"action": "go"})) as server:
        assert chat(server).send(request()).calls
    assert len(server.requests) == 2


def test_a_slow_answer_is_paid_once(chat):
    with ConverseServer(then=say("late", seconds=30)) as server, pytest.raises(ModelUnavailableError, match="in time"):
        chat(server, read_seconds=0.5).send(request())
    assert len(server.requests) == 1


def test_nothing_listening_is_named(chat):
    with ConverseServer() as server:
        opened = chat(server)
    with pytest.raises(ModelUnavailableError, match="provider's side"):
        opened.send(request())


def test_a_wrong_model_among_others(chat):
    with ConverseServer(models=["other"]) as server, pytest.raises(ModelAccessError, match="There is no model"):
        chat(server).send(request())


def test_an_overflow_the_server_finds(chat):
    with ConverseServer(context_tokens=50) as server, pytest.raises(ModelOverflowError):
        chat(server).send(request(user="word " * 500))


def test_waiting_ends_when_the_inspection_is_stopped(keys):
    stop = threading.Event()
    stop.set()
    with ConverseServer(then=FAULTS["throttled"]) as server:
        settings = BedrockSettings(endpoint_url=server.url, region="us-east-1")
        opened = open_bedrock(SONNET, agent="orchestrator", settings=settings, cancel=stop)
        with pytest.raises(InspectionInterruptedError):
            opened.send(request())


def test_an_answer_is_not_waited_for_when_the_inspection_is_stopped(keys):
    stop = threading.Event()
    with ConverseServer(then=say("late", seconds=60)) as server:
        settings = BedrockSettings(endpoint_url=server.url, region="us-east-1")
        opened = open_bedrock(SONNET, agent="orchestrator", settings=settings, cancel=stop)
        threading.Timer(0.5, stop.set).start()
        with pytest.raises(InspectionInterruptedError, match="not waited for"):
            opened.send(request())


def test_no_keys_is_named(keys, monkeypatch):
    monkeypatch.delenv("AWS_ACCESS_KEY_ID")
    monkeypatch.delenv("AWS_SECRET_ACCESS_KEY")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with ConverseServer() as server:
        opened = open_bedrock(
            "", agent="orchestrator", settings=BedrockSettings(endpoint_url=server.url, region="us-east-1")
        )
        with pytest.raises(ModelAccessError, match="credentials"):
            opened.send(request())


def test_an_absent_profile_is_named(keys):
    opened = open_bedrock("", agent="orchestrator", settings=BedrockSettings(profile="absent", region="us-east-1"))
    with pytest.raises(ModelAccessError, match="absent"):
        opened.send(request())


def test_an_api_key_in_the_environment_does_not_break_an_endpoint_of_ones_own(keys, monkeypatch, chat):
    monkeypatch.setenv("AWS_BEARER_TOKEN_BEDROCK", "bedrock-api-key")
    with ConverseServer(use("plan", {})) as server:
        assert chat(server).send(request()).calls


ANSWERS = {
    "guardrail": (FAULTS["guardrail"], ModelRefusedError),
    "cut": (FAULTS["cut"], ModelAnswerError),
    "prose": (FAULTS["prose"], ModelAnswerError),
    "empty": (FAULTS["empty"], ModelAnswerError),
    "text input": (use("plan", "go"), ModelAnswerError),
    "list input": (use("plan", ["go"]), ModelAnswerError),
    "wrong tool": (use("search", {"action": "go"}), ModelAnswerError),
    "invalid": (use("plan", {"action": 3}), ModelAnswerError),
    "ten megabytes": (use("plan", {"action": "x" * 10_000_000}), ModelAnswerError),
    "ten megabytes of prose": (say("x" * 10_000_000), ModelAnswerError),
}


@pytest.mark.parametrize("model", [SONNET, "global.anthropic.claude-sonnet-5-5"])
@pytest.mark.parametrize("name", ANSWERS)
def test_what_is_no_answer_is_repaired_or_named_over_the_wire(chat, name, model):
    answer, kind = ANSWERS[name]
    prompt = RenderedPrompt(name="plan", version="0123456789ab", system="You plan.", user="What next?")
    with ConverseServer(then=answer) as server:
        opened = chat(server, model)
        with pytest.raises(kind):
            StructuredModel(lambda _: opened).answer(prompt, shape=Plan, agent="orchestrator")
        if kind is ModelAnswerError:
            assert len(server.requests) == 3
            server.add(answer, use("plan", {"action": "go"}))
            assert StructuredModel(lambda _: opened).answer(prompt, shape=Plan, agent="orchestrator").action == "go"


def test_tokens_are_counted_by_the_model_with_the_tool(chat):
    with ConverseServer() as server:
        opened = chat(server)
        small, large = opened.count(request()), opened.count(request(tool="a_tool_with_a_rather_long_name"))
    assert 0 < small < large
    assert {one.operation for one in server.requests} == {"count-tokens"}
    assert server.requests[0].model == "anthropic.claude-sonnet-5"


def test_a_model_that_does_not_count_is_estimated_upwards(chat):
    with ConverseServer() as server:
        opened = chat(server)
        counted = opened.count(request(user="word " * 1_000))
    assert opened.count(request(user="word " * 1_000)) >= counted


def test_slow_and_good_is_good(chat):
    with ConverseServer(use("plan", {"action": "go"}, seconds=0.3)) as server:
        assert chat(server).send(request()).calls


def test_a_count_that_is_refused_is_an_estimate(chat):
    with ConverseServer(models=[]) as server:
        assert chat(server).count(request()) > 0
