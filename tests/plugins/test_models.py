"""A plugin's chat model gets the agents there are; what is wrong with it is named."""

import threading

import pytest
from langchain_core.language_models.fake_chat_models import GenericFakeChatModel
from langchain_core.messages import AIMessage

from cloudprobe.adapters.models.langchain_chat import LangChainChat
from cloudprobe.agents.code_generator import LibraryCodeGenerator
from cloudprobe.agents.code_generator.model import ModelCodeGenerator
from cloudprobe.agents.orchestrator.model import ModelOrchestrator
from cloudprobe.config import Config
from cloudprobe.domain.conversation import ChatRequest, RenderedPrompt, StopReason, Tool
from cloudprobe.errors import ModelAccessError, ModelThrottledError, ModelUnavailableError, UsageError
from cloudprobe.plugins import ModelProvider
from cloudprobe.plugins.manager import Plugins
from cloudprobe.plugins.models import AGENTS, Chats, ModelChoice
from cloudprobe.testing import ScriptedChat, calling
from tests.plugins.test_manager import plugin

CONFIG = Config.read({})
REQUEST = ChatRequest(
    agent="orchestrator",
    prompt=RenderedPrompt(name="plan", version="0123456789ab", system="You plan.", user="What next?"),
    tool=Tool(name="plan", description="Plan.", parameters={"type": "object"}),
    max_output_tokens=100,
)


@pytest.fixture
def plugins():
    return Plugins.load(installed=False)


@pytest.fixture
def gadget(plugins):
    """Registers a provider of the name ``gadget``; gives the chats of a choice."""

    def chats(chat, choice=None, **given):
        provider = ModelProvider(name="gadget", description="ours", chat=chat)
        plugins.add("gadgets", plugin(models=lambda: [provider]))
        choice = choice or ModelChoice(model="gadget:small")
        return Chats(plugins.models(), choice, config=CONFIG, **given)

    return chats


def test_it_is_asked_for_each_agent_with_its_model(gadget):
    orders, stop = [], threading.Event()
    chats = gadget(lambda order: orders.append(order) or ScriptedChat(name=order.model), cancel=stop)
    assert [order.agent for order in orders] == list(AGENTS)
    assert {order.model for order in orders} == {"small"}
    assert all(order.cancel is stop and order.config is CONFIG for order in orders)
    assert chats("orchestrator").name == "small"


def test_some_agents_may_ask_another_or_none(plugins, gadget):
    choice = ModelChoice(model="gadget:small", model_for={"code_generator": "gadget:large", "orchestrator": "library"})
    chats = gadget(lambda order: ScriptedChat(name=order.model), choice)
    assert chats("code_generator").name == "large"
    assert chats("discovery_analyst").name == "small"
    agents = plugins.agents(choice, plugins.template_library(), config=CONFIG)
    assert isinstance(agents.code_generator, ModelCodeGenerator)
    assert not isinstance(agents.orchestrator, ModelOrchestrator)
    one = plugins.agents(ModelChoice(model_for={"orchestrator": "gadget:x"}), plugins.template_library(), config=CONFIG)
    assert isinstance(one.orchestrator, ModelOrchestrator)
    assert isinstance(one.code_generator, LibraryCodeGenerator)


def test_it_is_wrapped_as_every_other(gadget):
    chats = gadget(lambda order: ScriptedChat(), wrap=lambda chat, agent: (agent, chat.name))
    assert chats("orchestrator") == ("orchestrator", "scripted:chat")


class Tooled(GenericFakeChatModel):
    """A model of LangChain's that takes tools."""

    def bind_tools(self, tools, **_):
        return self


def test_a_chat_model_of_langchains_does(gadget):
    message = AIMessage(
        "",
        tool_calls=[{"name": "plan", "args": {"action": "go"}, "id": "1"}],
        usage_metadata={"input_tokens": 30, "output_tokens": 5, "total_tokens": 35},
        response_metadata={"finish_reason": "tool_calls", "model_name": "tooled-1"},
    )
    chat = gadget(lambda order: Tooled(messages=iter([message])))("orchestrator")
    assert isinstance(chat.chat, LangChainChat)
    assert chat.name == "gadget:small"
    reply = chat.send(REQUEST)
    assert reply.calls[0].input == {"action": "go"}
    assert (reply.stop, reply.model, reply.usage.input) == (StopReason.TOOL, "tooled-1", 30)
    assert chat.count(REQUEST) > 0
    assert chat.context_tokens > 0


@pytest.mark.parametrize(
    ("reason", "stop"),
    [
        ("length", StopReason.CUT),
        ("content_filter", StopReason.GUARDRAIL),
        ("stop", StopReason.END),
        ("", StopReason.OTHER),
    ],
)
def test_why_it_stopped_is_read_from_any_providers_word(gadget, reason, stop):
    message = AIMessage("No.", response_metadata={"finish_reason": reason})
    assert gadget(lambda order: Tooled(messages=iter([message])))("orchestrator").send(REQUEST).stop is stop


class RateLimitError(Exception):
    status_code = 429


class InternalServerError(Exception):
    status_code = 500


@pytest.mark.parametrize(
    ("raised", "kind"), [(RateLimitError, ModelThrottledError), (InternalServerError, ModelUnavailableError)]
)
def test_what_any_providers_package_raises_has_our_name(gadget, raised, kind):
    class Failing(Tooled):
        def _generate(self, *_, **__):
            raise raised("so it is")

    stop = threading.Event()
    chat = gadget(lambda order: Failing(messages=iter([])), cancel=stop)("orchestrator")
    chat.chat._retries = type(chat.chat._retries)(throttle_waits=(), failure_waits=())
    with pytest.raises(kind, match="so it is"):
        chat.send(REQUEST)


def test_what_is_no_model_is_named(gadget):
    with pytest.raises(ModelAccessError, match="gave a str, which is no chat model"):
        gadget(lambda order: "gpt")


def test_a_provider_that_raises_is_named(gadget):
    with pytest.raises(ModelAccessError, match="'gadget' failed: KeyError"):
        gadget(lambda order: {}["key"])


def test_a_provider_that_gives_nothing_is_named(gadget):
    with pytest.raises(ModelAccessError, match="neither a chat model nor agents"):
        gadget(None)


def test_nobody_provides_it(plugins):
    for choice in (ModelChoice(model="nobody:x"), ModelChoice(model_for={"orchestrator": "nobody"})):
        with pytest.raises(UsageError, match="no model provider 'nobody'"):
            plugins.agents(choice, plugins.template_library())


def test_the_scripted_chat_answers_through_the_agents(plugins, gadget):
    chats = gadget(lambda order: ScriptedChat(calling("plan", {})))
    assert chats("orchestrator").send(REQUEST).calls[0].name == "plan"
