"""Finds plugins, asks them, and names those that fail; a plugin's failure is never an inspection's."""

import logging
import re
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from typing import Any, TypeVar, get_args

import pluggy

from cloudprobe.config import Config
from cloudprobe.domain.progress import ProgressEvent
from cloudprobe.domain.report import Report
from cloudprobe.errors import CloudprobeError
from cloudprobe.plugins import builtin
from cloudprobe.plugins.foreign import ForeignAgent, foreign_format, lacks, told
from cloudprobe.plugins.hookspecs import PROJECT, AgentRole, Agents, Hooks, ModelProvider, ReportFormat, hookimpl
from cloudprobe.plugins.models import ModelChoice, Wrap, thinking
from cloudprobe.templates.registry import TemplateLibrary

T = TypeVar("T")
log = logging.getLogger(__name__)

_BUILT_IN = "cloudprobe"
_OWN_FOLDERS = "own folders"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")


@dataclass(frozen=True, slots=True)
class PluginProblem:
    """A plugin that was left out, or a part of one, and why."""

    plugin: str
    reason: str

    def __str__(self) -> str:
        return f"The plugin {self.plugin} was left out: {self.reason}."


@dataclass(frozen=True, slots=True)
class PluginInfo:
    name: str
    version: str
    """Of the installed package; empty for what belongs to none."""
    hooks: tuple[str, ...]


class Plugins:
    """Every plugin there is, asked one by one, so that one that raises takes nothing from the others."""

    def __init__(self) -> None:
        self._manager = pluggy.PluginManager(PROJECT)
        self._manager.add_hookspecs(Hooks)
        self._versions: dict[str, str] = {}
        self._problems: dict[PluginProblem, None] = {}

    @classmethod
    def load(cls, *, folders: Sequence[Path] = (), installed: bool = True) -> "Plugins":
        """The built-in one, templates of the user's own folders, and what installed packages offer.

        Args:
            folders: of the user's own templates.
            installed: whether to look for packages with an entry point in the group ``cloudprobe``.
        """
        plugins = cls()
        plugins.add(_BUILT_IN, builtin)
        if folders:
            source = hookimpl(lambda: list(folders))
            plugins.add(_OWN_FOLDERS, SimpleNamespace(cloudprobe_template_folders=source))
        if installed:
            for entry in metadata.entry_points(group=PROJECT):
                plugins._add_installed(entry)
        return plugins

    def add(self, name: str, plugin: object, *, version: str = "") -> None:
        """Register a module or object; one whose hooks are not the specified ones becomes a problem."""
        try:
            self._manager.register(plugin, name)
            self._manager.check_pending()
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - whatever a foreign module does, the others stay
            if self._manager.has_plugin(name):
                self._manager.unregister(name=name)
            self._note(name, f"it cannot be registered: {told(error)}")
        else:
            self._versions[name] = version

    def _add_installed(self, entry: metadata.EntryPoint) -> None:
        package = (entry.dist.name if entry.dist else "") or entry.name
        try:
            plugin = entry.load()
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # noqa: BLE001 - as in add; an import may ask for the end of the process
            self._note(package, f"it cannot be imported: {told(error)}")
        else:
            self.add(package, plugin, version=entry.dist.version if entry.dist else "")

    @property
    def problems(self) -> tuple[PluginProblem, ...]:
        """Of every question asked so far, each once."""
        return tuple(self._problems)

    def list(self) -> list[PluginInfo]:
        return [
            PluginInfo(
                name=name,
                version=self._versions.get(name, ""),
                hooks=tuple(sorted(caller.name for caller in self._manager.get_hookcallers(plugin) or ())),
            )
            for name, plugin in self._manager.list_name_plugin()
            if plugin is not None
        ]

    def template_library(self) -> TemplateLibrary:
        """Every template; a broken one, or one whose name is taken, is a problem of the library."""
        folders = [folder for _, folder in self._items("cloudprobe_template_folders", Path)]
        library = TemplateLibrary.from_folders(folders)
        for problem in library.problems:
            log.warning("%s", problem)
        return library

    def report_formats(self) -> dict[str, ReportFormat]:
        """By name; what is built in comes first and keeps its names."""
        found: dict[str, ReportFormat] = {}
        for plugin, one in self._items("cloudprobe_report_formats", ReportFormat):
            if wrong := _wrong_format(one):
                self._note(plugin, wrong)
            elif one.name in found:
                self._note(plugin, f"there is a report format {one.name!r} already")
            else:
                found[one.name] = one if plugin == _BUILT_IN else foreign_format(one, plugin)
        return found

    def models(self) -> dict[str, ModelProvider]:
        """By name; what is built in comes first and keeps its names."""
        found: dict[str, ModelProvider] = {}
        for plugin, one in self._items("cloudprobe_models", ModelProvider):
            if wrong := _wrong_provider(one):
                self._note(plugin, wrong)
            elif found.setdefault(one.name, one) is not one:
                self._note(plugin, f"there is a model provider {one.name!r} already")
        return found

    def agents(
        self,
        model: str | ModelChoice,
        library: TemplateLibrary,
        *,
        config: Config | None = None,
        cancel: threading.Event | None = None,
        wrap: Wrap | None = None,
    ) -> Agents:
        """Who thinks; each agent as the plugins leave it.

        Args:
            model: the value of ``--model``, or with it those of ``--model-for``.
            library: the templates there are.
            config: what the environment says; read if it is not given and a model needs it.
            cancel: set when the inspection is stopped.
            wrap: put around each chat model.

        Raises:
            UsageError: nobody provides that model.
            AccessError: it cannot be reached, or its package is not installed.
        """
        choice = model if isinstance(model, ModelChoice) else ModelChoice(model=model)
        agents = thinking(choice, self.models(), library, config=config, cancel=cancel, wrap=wrap)
        for role in get_args(AgentRole):
            agents = replace(agents, **{role: self._agent(role, getattr(agents, role))})
        return agents

    def _agent(self, role: AgentRole, agent: Any) -> Any:
        for name, ask in self._askers("cloudprobe_agent"):
            answer = self._asked(name, partial(ask, role=role, agent=agent))
            if answer is None or answer is agent:
                continue
            problem = self._asked(name, partial(lacks, answer, role))
            if problem:
                self._note(name, problem)
            elif problem is not None:
                agent = ForeignAgent(answer, f"the plugin {name}", role)
        return agent

    def progress(self, event: ProgressEvent) -> None:
        for name, tell in self._askers("cloudprobe_progress"):
            self._asked(name, partial(tell, event=event))

    def ended(self, report: Report) -> None:
        for name, tell in self._askers("cloudprobe_inspection_ended"):
            self._asked(name, partial(tell, report=report))

    def _items(self, hook: str, kind: type[T]) -> Iterator[tuple[str, T]]:
        """What the implementations of a hook give, in the order of registration; what is of another kind is noted."""
        for name, ask in self._askers(hook):
            answer = self._asked(name, partial(_listed, ask))
            for one in answer or ():
                if isinstance(one, kind):
                    yield name, one
                else:
                    self._note(name, f"{hook} gave a {type(one).__name__}, no {kind.__name__}")

    def _askers(self, hook: str) -> Iterator[tuple[str, Callable[..., Any]]]:
        """The implementations of a hook, each to be called by itself with keywords."""
        for implementation in getattr(self._manager.hook, hook).get_hookimpls():

            def ask(*, _hook: Any = implementation, **given: Any) -> Any:
                return _hook.function(*(given[name] for name in _hook.argnames))

            yield implementation.plugin_name, ask

    def _asked(self, name: str, ask: Callable[[], T]) -> T | None:
        try:
            return ask()
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # one that asks for the end of the process, too
            log.info("plugin %s", name, exc_info=True)
            self._note(name, error.message.rstrip(".") if isinstance(error, CloudprobeError) else told(error))
        return None

    def _note(self, name: str, reason: str) -> None:
        problem = PluginProblem(name, reason)
        if problem not in self._problems:
            self._problems[problem] = None
            log.warning("%s", problem)


def _listed(ask: Callable[[], Iterable[Any] | None]) -> "list[Any]":
    """Read to the end while what it raises can still be told apart."""
    return [*(ask() or ())]


def _wrong_format(form: ReportFormat) -> str:
    """What is wrong with a format, in words; empty where nothing is."""
    if not (isinstance(form.name, str) and _NAME.fullmatch(form.name)):
        return f"a report format has the name {form.name!r}, which is not of lower-case letters, digits and hyphens"
    if not (isinstance(form.suffix, str) and form.suffix.startswith(".")):
        return f"the report format {form.name!r} has the suffix {form.suffix!r}, which does not begin with a dot"
    return "" if callable(form.render) else f"the report format {form.name!r} cannot render"


def _wrong_provider(provider: ModelProvider) -> str:
    """What is wrong with a provider, in words; empty where nothing is."""
    if not (isinstance(provider.name, str) and provider.name and ":" not in provider.name):
        return f"a model provider has the name {provider.name!r}"
    if not isinstance(provider.description, str):
        return f"the model provider {provider.name!r} has no description"
    given = [one for one in (provider.chat, provider.agents) if one is not None]
    return "" if all(map(callable, given)) else f"the model provider {provider.name!r} gives what cannot be called"
