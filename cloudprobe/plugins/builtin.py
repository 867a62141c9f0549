"""What comes with cloudprobe registers through the hooks that everybody has."""

from collections.abc import Callable, Iterable
from functools import partial
from pathlib import Path

from cloudprobe.domain.report import Report
from cloudprobe.plugins.hookspecs import Agents, ModelProvider, ReportFormat, hookimpl
from cloudprobe.reports.formats import FORMATS, render
from cloudprobe.templates.registry import BUILTIN_FOLDER, TemplateLibrary

LIBRARY = "library"
"""The brain without a language model."""


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
            name=LIBRARY, description="the template library, without a language model", agents=_library_agents
        )
    ]


def _renderer(name: str) -> Callable[[Report], str]:
    return partial(render, format=name)


def _library_agents(model: str, library: TemplateLibrary) -> Agents:
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
