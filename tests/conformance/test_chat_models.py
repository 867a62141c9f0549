"""What every ``ChatModel`` does, whoever is behind it."""

import pytest

from cloudprobe.adapters.models.recording import RecordedChat
from cloudprobe.adapters.models.replaying import ReplayedChat
from cloudprobe.domain.conversation import ChatReply, ChatRequest, RenderedPrompt, StopReason, Tool
from cloudprobe.ports import ChatModel
from cloudprobe.testing import ScriptedChat, calling
from cloudprobe.testing.converse import ConverseServer, use
from tests.adapters.models.conftest import chat, keys  # noqa: F401 - fixtures

REQUEST = ChatRequest(
    agent="orchestrator",
    prompt=RenderedPrompt(name="plan", version="0123456789ab", system="You plan.", user="What next?"),
    tool=Tool(name="plan", description="Say what comes next.", parameters={"type": "object"}),
    max_output_tokens=500,
)
GIVEN = {"action": "go", "steps": [1, None, {"a": "b"}]}


@pytest.fixture(params=["bedrock", "recorded", "replayed", "scripted"])
def model(request, tmp_path):
    if request.param == "bedrock":
        with ConverseServer(use("plan", GIVEN)) as server:
            yield request.getfixturevalue("chat")(server)
        return
    scripted = ScriptedChat(calling("plan", GIVEN), calling("plan", GIVEN))
    recorded = RecordedChat(scripted, tmp_path)
    if request.param == "replayed":
        recorded.send(REQUEST)
    yield {"recorded": recorded, "scripted": scripted}.get(request.param) or ReplayedChat(tmp_path)


def test_it_says_what_it_is_and_what_fits(model: ChatModel):
    assert ":" in model.name
    assert model.context_tokens > 0
    longer = REQUEST.model_copy(update={"prompt": REQUEST.prompt.model_copy(update={"user": "What next? " * 1_000})})
    assert 0 < model.count(REQUEST) < model.count(longer)


def test_it_gives_back_what_was_said(model: ChatModel):
    reply = model.send(REQUEST)
    assert isinstance(reply, ChatReply)
    assert [(call.name, call.input) for call in reply.calls] == [("plan", GIVEN)]
    assert reply.stop is StopReason.TOOL
    assert reply.usage.input > 0
    assert reply.usage.output > 0
    assert reply.model
