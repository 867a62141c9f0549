"""The server that speaks Converse, as botocore and langchain-aws see it."""

import json
import re
import subprocess
import sys
import threading
import urllib.request
from dataclasses import replace

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EventStreamError, HTTPClientError
from botocore.exceptions import ConnectionError as BotoConnectionError
from botocore.session import get_session

from cloudprobe.testing.converse import FAULTS, ByHand, ConverseServer, fault, raw, say, use
from cloudprobe.testing.converse.answers import STATUSES

MODEL = "global.anthropic.claude-sonnet-5"
QUESTION = [{"role": "user", "content": [{"text": "What next?"}]}]
TOOLS = {"tools": [{"toolSpec": {"name": "plan", "description": "Plan.", "inputSchema": {"json": {"type": "object"}}}}]}


def client(server, **config):
    return boto3.client(
        "bedrock-runtime",
        region_name="us-east-1",
        endpoint_url=server.url,
        aws_access_key_id="AKIAIOSFODNN7EXAMPLE",
        aws_secret_access_key="secret",
        config=Config(retries={"total_max_attempts": 1}, **config),
    )


def test_it_answers_in_order_and_keeps_what_was_asked():
    with ConverseServer(say("Hello."), use("plan", {"n": 1}, text="So:")) as server:
        bedrock = client(server)
        first = bedrock.converse(modelId=MODEL, messages=QUESTION, system=[{"text": "Be brief."}])
        second = bedrock.converse(modelId=MODEL, messages=QUESTION, toolConfig=TOOLS)
        with pytest.raises(ClientError, match="used up"):
            bedrock.converse(modelId=MODEL, messages=QUESTION)
    assert first["output"]["message"]["content"] == [{"text": "Hello."}]
    assert first["stopReason"] == "end_turn"
    assert second["stopReason"] == "tool_use"
    assert second["output"]["message"]["content"][1]["toolUse"]["input"] == {"n": 1}
    assert second["usage"]["totalTokens"] == second["usage"]["inputTokens"] + second["usage"]["outputTokens"]
    assert [one.model for one in server.requests] == [MODEL] * 3
    assert server.requests[0].text == "Be brief.\nWhat next?"
    assert server.requests[1].tool == "plan"


def test_a_stream_is_the_same_answer_in_parts():
    text = "A sentence that is longer than one part of the stream, by far."
    with ConverseServer(say(text), use("plan", {"action": "x" * 100})) as server:
        bedrock = client(server)
        events = list(bedrock.converse_stream(modelId=MODEL, messages=QUESTION)["stream"])
        called = list(bedrock.converse_stream(modelId=MODEL, messages=QUESTION, toolConfig=TOOLS)["stream"])
    deltas = [event["contentBlockDelta"]["delta"]["text"] for event in events if "contentBlockDelta" in event]
    assert len(deltas) > 1
    assert "".join(deltas) == text
    assert events[-1]["metadata"]["usage"]["outputTokens"] > 0
    parts = [event["contentBlockDelta"]["delta"] for event in called if "contentBlockDelta" in event]
    assert json.loads("".join(part["toolUse"]["input"] for part in parts)) == {"action": "x" * 100}


def test_langchain_reads_its_streams():
    from langchain_aws import ChatBedrockConverse

    with ConverseServer(say("Hello from a stream, in several parts.")) as server:
        chat = ChatBedrockConverse(model_id=MODEL, client=client(server), bedrock_client=False)
        assert "".join(chunk.text for chunk in chat.stream("hi")) == "Hello from a stream, in several parts."


@pytest.mark.parametrize("code", ["modelStreamErrorException", "throttlingException", "internalServerException"])
def test_a_stream_breaks_off(code):
    with ConverseServer(replace(say("x" * 200), breaks_with=code)) as server:
        bedrock = client(server)
        stream = bedrock.converse_stream(modelId=MODEL, messages=QUESTION)["stream"]
        with pytest.raises(EventStreamError, match=code):
            list(stream)
        stream.close()
        bedrock.close()


@pytest.mark.parametrize("code", STATUSES)
def test_an_error_has_its_code_and_status(code):
    with ConverseServer(fault(code, "so it is")) as server, pytest.raises(ClientError) as raised:
        client(server).converse(modelId=MODEL, messages=QUESTION)
    assert raised.value.response["Error"] == {"Code": code, "Message": "so it is"}
    assert raised.value.response["ResponseMetadata"]["HTTPStatusCode"] == STATUSES[code]


def test_the_statuses_are_those_of_botocores_model():
    model = get_session().get_service_model("bedrock-runtime").operation_model("Converse")
    told = {shape.name: shape.metadata["error"]["httpStatusCode"] for shape in model.error_shapes}
    assert told.items() <= STATUSES.items()


@pytest.mark.parametrize("name", FAULTS)
def test_every_named_fault_can_be_said(name):
    with ConverseServer(FAULTS[name]) as server:
        try:
            answer = client(server).converse(modelId=MODEL, messages=QUESTION)
        except (ClientError, BotoConnectionError, HTTPClientError):
            return
        assert answer.get("stopReason") != "tool_use"


REFUSED = {
    "no message": {"messages": []},
    "roles": {"messages": QUESTION * 2},
    "assistant first": {"messages": [{"role": "assistant", "content": [{"text": "a"}]}]},
    "blank": {"messages": [{"role": "user", "content": [{"text": " "}]}]},
    "blank system": {"messages": QUESTION, "system": [{"text": " "}]},
    "cache points": {"messages": QUESTION, "system": [{"text": "a"}, *[{"cachePoint": {"type": "default"}}] * 5]},
    "unknown choice": {"messages": QUESTION, "toolConfig": {**TOOLS, "toolChoice": {"tool": {"name": "other"}}}},
    "temperature": {"messages": QUESTION, "inferenceConfig": {"temperature": 0.1}},
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_bedrock_refuses_is_refused(name):
    with ConverseServer(then=say("fine")) as server:
        with pytest.raises(ClientError, match="ValidationException"):
            client(server).converse(modelId=MODEL, **REFUSED[name])
        assert client(server).converse(modelId=MODEL, messages=QUESTION)


def test_forced_tools_are_refused_by_models_that_take_none():
    forced = {**TOOLS, "toolChoice": {"tool": {"name": "plan"}}}
    with ConverseServer(then=use("plan", {})) as server:
        assert client(server).converse(modelId=MODEL, messages=QUESTION, toolConfig=forced)
        with pytest.raises(ClientError, match="forced tool use"):
            client(server).converse(modelId=f"{MODEL}-5", messages=QUESTION, toolConfig=forced)


def test_a_prefix_is_written_once_and_read_after():
    system = [{"text": "Be brief. " * 800}, {"cachePoint": {"type": "default"}}]
    with ConverseServer(then=say("fine")) as server:
        first, second = (
            client(server).converse(modelId=MODEL, messages=QUESTION, system=system)["usage"] for _ in range(2)
        )
    assert first["cacheWriteInputTokens"] == second["cacheReadInputTokens"] > 1024
    assert first["cacheReadInputTokens"] == second["cacheWriteInputTokens"] == 0


def test_a_slow_answer_ends_with_the_server():
    with ConverseServer(say("late", seconds=60)) as server:
        asking = threading.Thread(target=lambda: client(server).converse(modelId=MODEL, messages=QUESTION), daemon=True)
        asking.start()
        while not server.requests:
            pass
    asking.join(10)
    assert not asking.is_alive()


def test_unsigned_and_unknown_requests_are_refused():
    with ConverseServer(then=say("fine")) as server:
        for path, status in ((f"/model/{MODEL}/converse", 403), ("/else", 404)):
            with pytest.raises(urllib.error.HTTPError) as raised:
                urllib.request.urlopen(urllib.request.Request(server.url + path, data=b"{}"))
            assert raised.value.code == status
            raised.value.close()


def test_whatever_bytes():
    body = b'{"output": {"message": {"role": "assistant", "content": []}}, "stopReason": "end_turn"}'
    with ConverseServer(raw(body)) as server:
        assert client(server).converse(modelId=MODEL, messages=QUESTION)["output"]["message"]["content"] == []


def test_a_person_answers_by_files(tmp_path):
    for number, answer in enumerate(
        [{"input": {"n": 1}}, {"text": "No."}, {"error": "ThrottlingException"}, {"input": {}, "stop": "max_tokens"}], 1
    ):
        (tmp_path / f"{number:03d}.answer.json").write_text(json.dumps(answer))
    with ConverseServer(then=ByHand(tmp_path, seconds=0.1)) as server:
        bedrock = client(server)

        def asked():
            return bedrock.converse(modelId=MODEL, messages=QUESTION, toolConfig=TOOLS)

        assert asked()["output"]["message"]["content"][0]["toolUse"]["name"] == "plan"
        assert asked()["output"]["message"]["content"] == [{"text": "No."}]
        with pytest.raises(ClientError, match="Throttling"):
            asked()
        assert asked()["stopReason"] == "max_tokens"
        with pytest.raises(ClientError, match="nobody wrote"):
            asked()
    assert "What next?" in (tmp_path / "001.question.md").read_text()
    assert '"name": "plan"' in (tmp_path / "001.question.md").read_text()


def test_it_can_be_started_as_a_program(tmp_path):
    command = [sys.executable, "-m", "cloudprobe.testing.converse", "--folder", str(tmp_path), "--seconds", "0.1"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        url = program.stdout.readline().strip()
        assert re.fullmatch(r"http://127\.0\.0\.1:\d+", url)
        program.terminate()


def test_it_needs_nothing_but_the_standard_library():
    told = subprocess.run(
        [sys.executable, "-c", "import sys, cloudprobe.testing.converse; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout.split()
    assert not {"pytest", "boto3", "botocore", "langchain_core", "langsmith"} & {name.split(".")[0] for name in told}
