"""What comes with cloudprobe registers through the hooks that everybody has."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from cloudprobe.domain.report import Report
from cloudprobe.plugins.hookspecs import Agents, ChatOrder, ModelProvider, ReportFormat, hookimpl
from cloudprobe.ports import ChatModel
from cloudprobe.reports.formats import FORMATS, render
from cloudprobe.templates.registry import BUILTIN_FOLDER, TemplateLibrary

LIBRARY = "library"
"""The brain without a language model."""
BUILT_IN = frozenset({LIBRARY, "bedrock", "replay"})
"""The providers that come with cloudprobe; their names stay theirs."""


@hookimpl
def cloudprobe_template_folders() -> Iterable[Path]:
    return [BUILTIN_FOLDER]


@hookimpl
def cloudprobe_report_formats() -> Iterable[ReportFormat]:
    return [ReportFormat(name=name, suffix=f".{name}", render=_renderer(name)) for name in FORMATS]


@hookimpl
def cloudprobe_models() -> Iterable[ModelProvider]:
    return [
        ModelProvider(
            name=LIBRARY, description="the template library, without a language model", agents=library_agents
        ),
        ModelProvider(
            name="bedrock", description="Amazon Bedrock; alone, a strong model for code and a cheap one", chat=_bedrock
        ),
        ModelProvider(
            name="replay", description="what a model said before (--record-model), from a folder", chat=_replay
        ),
    ]


def _bedrock(order: ChatOrder) -> ChatModel:
    from cloudprobe.adapters.models.bedrock import BedrockSettings, open_bedrock  # noqa: PLC0415 - where it is chosen

    config = order.config
    settings = BedrockSettings(
        endpoint_url=config.bedrock_endpoint(), region=config.bedrock_region, profile=config.bedrock_profile
    )
    return open_bedrock(order.model, agent=order.agent, settings=settings, cancel=order.cancel)


def _replay(order: ChatOrder) -> ChatModel:
    from cloudprobe.adapters.models.replaying import ReplayedChat  # noqa: PLC0415 - where it is chosen
    from cloudprobe.errors import UsageError  # noqa: PLC0415 - as above

    if not order.model:
        raise UsageError("--model replay names no folder.", hint="Give --model replay:DIR.")
    return ReplayedChat(Path(order.model).expanduser().absolute())


def _renderer(name: str) -> Callable[[Report], str]:
    return partial(render, format=name)


def library_agents(model: str, library: TemplateLibrary) -> Agents:
    from cloudprobe.agents.code_generator import LibraryCodeGenerator  # noqa: PLC0415 - matching loads word forms
    from cloudprobe.agents.discovery_analyst import DiscoveryAnalyst  # noqa: PLC0415 - as above
    from cloudprobe.agents.orchestrator import LibraryOrchestrator  # noqa: PLC0415 - as above
    from cloudprobe.agents.prompt_generator import LibraryPromptGenerator  # noqa: PLC0415 - as above
    from cloudprobe.errors import UsageError  # noqa: PLC0415 - as above

    if model:
        raise UsageError(f"The template library has no model {model!r}.", hint="Give --model library alone.")
    return Agents(
        orchestrator=LibraryOrchestrator(library),
        prompt_generator=LibraryPromptGenerator(library),
        code_generator=LibraryCodeGenerator(library),
        discovery_analyst=DiscoveryAnalyst(),
    )
