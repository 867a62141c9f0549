"""The hooks. A plugin is a module or object with functions of these names, marked with ``hookimpl``.

What a hook is given and gives back is public: a change of it is a change of the major version.
"""

import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pluggy

from cloudprobe.config import Config
from cloudprobe.domain.conversation import AgentName
from cloudprobe.domain.progress import ProgressEvent
from cloudprobe.domain.report import Report
from cloudprobe.ports import (
    CodeGenerationAgent,
    DiscoveryAnalysisAgent,
    OrchestrationAgent,
    PromptGenerationAgent,
)
from cloudprobe.templates.registry import TemplateLibrary

PROJECT = "cloudprobe"
"""Of the markers, and the group of entry points an installed package names its plugin in."""

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)

AgentRole = AgentName
"""The agents that think. What executes a probe cannot be replaced: it is what isolates and records."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportFormat:
    """A way to write a report."""

    name: str
    """As given to ``--format``: lower-case letters, digits and hyphens."""
    suffix: str
    """Of files in it, with the dot; ``--output`` chooses the format by it."""
    render: Callable[[Report], str]
    """Text, UTF-8 when written. Strings of the account stand in the report unescaped: escape what the format reads."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Agents:
    """Who thinks in an inspection."""

    orchestrator: OrchestrationAgent
    prompt_generator: PromptGenerationAgent
    code_generator: CodeGenerationAgent
    discovery_analyst: DiscoveryAnalysisAgent


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatOrder:
    """A chat model that is wanted for one agent. More may be said in it some day; nothing will be taken away."""

    model: str
    """What stands after the colon; empty without one."""
    agent: AgentName
    config: Config
    """What the environment says."""
    cancel: threading.Event = field(default_factory=threading.Event)
    """Set when the inspection is stopped: wait on it where there is something to wait for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelProvider:
    """A brain that can be chosen with ``--model``: a chat model for the agents there are, or agents of its own."""

    name: str
    """What stands before the colon of ``--model NAME:MODEL``, or alone."""
    description: str
    """One line, for ``cloudprobe plugins``."""
    chat: Callable[[ChatOrder], Any] | None = None
    """Gives a ``cloudprobe.ports.ChatModel`` or a chat model of LangChain's; asked once for each agent that thinks.

    Raises:
        UsageError: there is no such model.
        AccessError: the model cannot be reached.
    """
    agents: Callable[[str, TemplateLibrary], Agents] | None = None
    """Makes the agents from what stands after the colon and the templates there are, where there is no ``chat``.

    Raises:
        As ``chat``.
    """


class Hooks:
    """Every hook; implement as many as you need."""

    @hookspec
    def cloudprobe_template_folders(self) -> Iterable[Path]:
        """Folders of templates, each a template itself or a folder of them. Names of the library stay the library's."""
        raise NotImplementedError

    @hookspec
    def cloudprobe_report_formats(self) -> Iterable[ReportFormat]:
        """Formats of reports. A name that is taken stays with whom it belongs to."""
        raise NotImplementedError

    @hookspec
    def cloudprobe_models(self) -> Iterable[ModelProvider]:
        """Brains for ``--model``."""
        raise NotImplementedError

    @hookspec
    def cloudprobe_agent(self, role: AgentRole, agent: Any) -> Any:
        """Another agent in the place of one, often wrapped around it; None leaves it as it is.

        Args:
            role: which of the thinking agents it is.
            agent: what stands there now, with the method of its protocol in ``cloudprobe.ports``.
        """
        raise NotImplementedError

    @hookspec
    def cloudprobe_progress(self, event: ProgressEvent) -> None:
        """Something happened in an inspection. Called in its thread: return soon."""
        raise NotImplementedError

    @hookspec
    def cloudprobe_inspection_ended(self, report: Report) -> None:
        """An inspection came to its report: notify whoever should know."""
        raise NotImplementedError
