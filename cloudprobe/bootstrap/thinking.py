"""Who thinks: plugins, agents, and what stands around a model."""

import threading
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from cloudprobe.bootstrap.workspace import Workspace
from cloudprobe.config import Config
from cloudprobe.domain.conversation import AgentName
from cloudprobe.ports import (
    ChatModel,
    Tracer,
)

if TYPE_CHECKING:
    from cloudprobe.adapters.models.ledger import Ledger
    from cloudprobe.adapters.models.masked import Masks
    from cloudprobe.plugins.hookspecs import Agents
    from cloudprobe.plugins.manager import Plugins
    from cloudprobe.plugins.models import ModelChoice


def load_plugins(config: Config) -> "Plugins":
    """The plugins there are, found once a process; those that fail are among its problems."""
    return _plugins(config.template_folders, installed=config.plugins)


@cache
def _plugins(folders: tuple[Path, ...], *, installed: bool) -> "Plugins":
    from cloudprobe.plugins.manager import Plugins

    return Plugins.load(folders=folders, installed=installed)


def think(
    config: Config,
    model: "str | ModelChoice",
    *,
    plugins: "Plugins",
    cancel: threading.Event | None = None,
    record: Path | None = None,
    tracer: Tracer | None = None,
    ledger: "Ledger | None" = None,
    masks: "Masks | None" = None,
) -> "Agents":
    """The agents, and around their chat models whatever is wanted there: outermost what counts and bounds.

    Raises:
        UsageError: nobody provides that model.
        AccessError: it cannot be reached, or its package is not installed.
    """

    def wrap(chat: ChatModel, _: AgentName) -> ChatModel:
        from cloudprobe.adapters.local.clock import SystemClock
        from cloudprobe.adapters.models.masked import MaskedChat
        from cloudprobe.adapters.models.metered import MeteredChat
        from cloudprobe.adapters.models.recording import RecordedChat
        from cloudprobe.adapters.models.traced import TracedChat

        if record is not None:
            chat = RecordedChat(chat, record, secrets=config.secrets)
        chat = TracedChat(chat, tracer) if tracer else chat
        chat = MaskedChat(chat, masks) if masks else chat
        return MeteredChat(chat, ledger=ledger, clock=SystemClock()) if ledger else chat

    return plugins.agents(model, plugins.template_library(), config=config, cancel=cancel, wrap=wrap)


def open_ledger(config: Config) -> "Ledger":
    """Also where no model is asked: it knows the time, too."""
    from cloudprobe.adapters.local.clock import SystemClock
    from cloudprobe.adapters.models.ledger import Ledger
    from cloudprobe.adapters.models.prices import ModelPrices

    return Ledger(ModelPrices.read(config.prices), clock=SystemClock())


def open_masks(workspace: Workspace) -> "Masks":
    from cloudprobe.adapters.models.masked import Masks

    return Masks(workspace.artifacts)


def open_tracer(config: Config, masks: "Masks") -> Tracer | None:
    """To LangSmith, for those who have a key; without one nothing of it is loaded."""
    if config.langsmith is None:
        return None
    from cloudprobe.adapters.langsmith.sender import Sender
    from cloudprobe.adapters.langsmith.tracer import LangSmithTracer
    from cloudprobe.adapters.local.clock import SystemClock
    from cloudprobe.adapters.local.log_redaction import redacted_values

    given = config.langsmith
    sender = Sender(api_key=given.api_key, endpoint=given.endpoint, workspace=given.workspace)
    return LangSmithTracer(
        sender,
        project=given.project,
        clock=SystemClock(),
        redact=lambda value: masks.hide_value(redacted_values(value)),
    )
