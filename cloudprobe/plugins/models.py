"""Who thinks: the value of ``--model`` as chat models, and the agents around them."""

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import Any, get_args

from cloudprobe.config import Config
from cloudprobe.domain.conversation import AgentName
from cloudprobe.errors import ModelAccessError, UsageError
from cloudprobe.plugins.builtin import BUILT_IN, LIBRARY
from cloudprobe.plugins.foreign import ForeignChat, called, foreign_agents
from cloudprobe.plugins.hookspecs import Agents, ChatOrder, ModelProvider
from cloudprobe.ports import ChatModel, LanguageModel
from cloudprobe.templates.registry import TemplateLibrary

AGENTS: tuple[AgentName, ...] = get_args(AgentName)
Wrap = Callable[[ChatModel, AgentName], ChatModel]
"""Puts something around an agent's chat model: what meters it, what records it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelChoice:
    """Who thinks, as the caller said."""

    model: str = LIBRARY
    """A provider, or ``provider:model``."""
    model_for: Mapping[AgentName, str] = field(default_factory=dict)
    """Another one for some agents."""

    def of(self, agent: AgentName) -> str:
        return self.model_for.get(agent, self.model)

    def asking(self, providers: Mapping[str, ModelProvider]) -> tuple[AgentName, ...]:
        """The agents that ask a chat model; the others are their provider's own, the library's among them."""
        return tuple(agent for agent in AGENTS if not _brings_agents(self.of(agent), providers))


class Chats:
    """The chat model of each agent, made once.

    Args:
        providers: by name.
        choice: who thinks.
        config: what the environment says.
        cancel: set when the inspection is stopped.
        wrap: put around each.

    Raises:
        UsageError: there is no such provider, or model of it.
        ModelAccessError: a package is missing, or the provider cannot be set up.
    """

    def __init__(
        self,
        providers: Mapping[str, ModelProvider],
        choice: ModelChoice,
        *,
        config: Config,
        cancel: threading.Event | None = None,
        wrap: Wrap | None = None,
    ) -> None:
        stop = cancel or threading.Event()
        self._chats: dict[AgentName, ChatModel] = {}
        for agent in choice.asking(providers):
            provider, _, model = choice.of(agent).partition(":")
            order = ChatOrder(model=model, agent=agent, config=config, cancel=stop)
            chat = _made(provider, providers, order)
            self._chats[agent] = wrap(chat, agent) if wrap else chat

    def __call__(self, agent: AgentName) -> ChatModel:
        return self._chats[agent]


def _check_known(model: str, providers: Mapping[str, ModelProvider]) -> None:
    """Raise where nobody provides what ``--model`` or ``--model-for`` names.

    Raises:
        UsageError: nobody does.
    """
    from cloudprobe.adapters.models.providers import PACKAGES  # noqa: PLC0415 - only where a model is named

    name = model.partition(":")[0]
    if name not in providers and name not in PACKAGES:
        raise UsageError(
            f"There is no model provider {name!r}.",
            hint=f"There are: {', '.join(providers)}; and as PROVIDER:MODEL, with its package, {', '.join(PACKAGES)}.",
        )


def _made(name: str, providers: Mapping[str, ModelProvider], order: ChatOrder) -> ChatModel:
    _check_known(name, providers)
    if name not in providers:
        from cloudprobe.adapters.models.providers import open_provider  # noqa: PLC0415 - only where one is named

        return open_provider(name, order.model, cancel=order.cancel)
    factory = providers[name].chat
    if factory is None:
        raise ModelAccessError(f"The model provider {name!r} gives neither a chat model nor agents.")
    if name in BUILT_IN:
        return _as_chat(factory(order), name, order)
    failure = partial(_failed, name)
    return ForeignChat(called(lambda: _as_chat(factory(order), name, order), failure), name)


def _failed(provider: str, reason: str) -> ModelAccessError:
    return ModelAccessError(f"The model provider {provider!r} failed: {reason}.")


def _as_chat(made: Any, name: str, order: ChatOrder) -> ChatModel:
    if callable(getattr(made, "send", None)) and callable(getattr(made, "count", None)):
        chat: ChatModel = made
        return chat
    if not (hasattr(made, "invoke") and hasattr(made, "bind_tools")):
        raise ModelAccessError(
            f"The model provider {name!r} gave a {type(made).__name__}, which is no chat model.",
            hint="It has to give a cloudprobe.ports.ChatModel or a chat model of LangChain's.",
        )
    from cloudprobe.adapters.models.langchain_chat import LangChainChat, Wire  # noqa: PLC0415 - only for such a model
    from cloudprobe.adapters.models.retrying import Retries  # noqa: PLC0415 - as above

    full = f"{name}:{order.model}" if order.model else name
    return LangChainChat(lambda: Wire(made), name=full, retries=Retries(stop=order.cancel))


def thinking(
    choice: ModelChoice,
    providers: Mapping[str, ModelProvider],
    library: TemplateLibrary,
    *,
    config: Config | None = None,
    cancel: threading.Event | None = None,
    wrap: Wrap | None = None,
) -> Agents:
    """The agents of a choice.

    Args:
        choice: who thinks.
        providers: by name.
        library: the templates there are.
        config: what the environment says; read if it is not given and a model needs it.
        cancel: set when the inspection is stopped.
        wrap: put around each chat model.

    Raises:
        UsageError: nobody provides that model.
        AccessError: it cannot be reached, or its package is not installed.
    """
    for given in map(choice.of, AGENTS):
        _check_known(given, providers)
    if not choice.asking(providers):
        return _agents(choice, providers, library, model=None)
    from cloudprobe.adapters.models.structured import StructuredModel  # noqa: PLC0415 - only where a model is asked

    chats = Chats(providers, choice, config=config or Config.read(), cancel=cancel, wrap=wrap)
    return _agents(choice, providers, library, model=StructuredModel(chats))


def _agents(
    choice: ModelChoice,
    providers: Mapping[str, ModelProvider],
    library: TemplateLibrary,
    *,
    model: LanguageModel | None,
) -> Agents:
    made: dict[str, Agents] = {}
    found: dict[str, Any] = {}
    for role in AGENTS:
        given = choice.of(role)
        if model is None or _brings_agents(given, providers):
            if given not in made:
                made[given] = _own_agents(given, providers, library)
            found[role] = getattr(made[given], role)
        else:
            found[role] = _thinking_agent(role, model, library)
    return Agents(**found)


def _brings_agents(model: str, providers: Mapping[str, ModelProvider]) -> bool:
    provider = providers.get(model.partition(":")[0])
    return provider is not None and provider.chat is None and provider.agents is not None


def _own_agents(model: str, providers: Mapping[str, ModelProvider], library: TemplateLibrary) -> Agents:
    name, _, rest = model.partition(":")
    make = providers[name].agents
    assert make is not None  # noqa: S101 - asked for only where there is one
    if name in BUILT_IN:
        return make(rest, library)
    return called(lambda: foreign_agents(make(rest, library), name), partial(_failed, name))


def _thinking_agent(role: AgentName, model: LanguageModel, library: TemplateLibrary) -> Any:
    """One of the agents there are, asking a model."""
    from cloudprobe.agents.code_generator.model import ModelCodeGenerator  # noqa: PLC0415 - only where a model is asked
    from cloudprobe.agents.discovery_analyst.model import ModelDiscoveryAnalyst  # noqa: PLC0415 - as above
    from cloudprobe.agents.orchestrator.model import ModelOrchestrator  # noqa: PLC0415 - as above
    from cloudprobe.agents.prompt_generator.model import ModelPromptGenerator  # noqa: PLC0415 - as above

    makers: dict[AgentName, Callable[[], Any]] = {
        "orchestrator": lambda: ModelOrchestrator(model, library),
        "prompt_generator": lambda: ModelPromptGenerator(model, library),
        "code_generator": lambda: ModelCodeGenerator(model, library),
        "discovery_analyst": lambda: ModelDiscoveryAnalyst(model),
    }
    return makers[role]()
