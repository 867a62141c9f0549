"""``templates new`` and ``templates test``: from a folder to a template that may be trusted."""

import json as jsonlib
import re
import sys
import tempfile
import threading
from collections.abc import Iterator
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from rich.console import Console
from rich.text import Text

from cloudprobe.adapters.local import disk
from cloudprobe.bootstrap import build_engine, open_account, open_workspace
from cloudprobe.cli.probing import read_variables
from cloudprobe.cli.writing import print_text
from cloudprobe.config import Config
from cloudprobe.domain.agents import Action, Decision, Objective, OrchestratorInput, OrchestratorOutput
from cloudprobe.domain.inspection import InspectionSettings, Outcome
from cloudprobe.domain.report import Report
from cloudprobe.domain.run import RunStatus
from cloudprobe.domain.text import printable
from cloudprobe.errors import RefusedError, UsageError
from cloudprobe.guard.validation import ProbeDraft, validate
from cloudprobe.plugins import AgentRole, hookimpl
from cloudprobe.plugins.manager import Plugins
from cloudprobe.ports import OrchestrationAgent
from cloudprobe.reports.confidence import accusations
from cloudprobe.reports.wording import counted
from cloudprobe.templates.matching import TemplateMatcher
from cloudprobe.templates.registry import DEFINITION_FILE, SCRIPT_FILE, Template, TemplateLibrary
from cloudprobe.testing import NullObserver

_NAME = re.compile(r"[a-z][a-z0-9_]{1,63}")
_FAILED = 4


@dataclass(frozen=True, slots=True)
class _Check:
    name: str
    problems: tuple[str, ...]
    """Empty when it holds."""
    told: str = ""

    @property
    def holds(self) -> bool:
        return not self.problems


def new(name: str, parent: Path) -> int:
    if not _NAME.fullmatch(name):
        raise UsageError(f"{name!r} is no name of a template.", hint="Lower-case letters, digits and underscores.")
    folder = parent / name
    if folder.exists():
        raise UsageError(f"{folder} is there already.", hint="Choose another name, or delete it.")
    skeleton = resources.files("cloudprobe.templates").joinpath("skeleton")
    for file in (SCRIPT_FILE, DEFINITION_FILE):  # the definition last: without it the folder is no template yet
        disk.write((folder / file).absolute(), skeleton.joinpath(file).read_text().replace("NAME", name).encode())
    sys.stderr.write(f"{folder} is a template now. Try it:  cloudprobe templates test {folder}\n")
    print_text(str(folder))
    return 0


def test(source: str, world: str | None, variables: str | None, data_dir: Path | None, *, json: bool) -> int:
    config = Config.read(data_dir=data_dir)
    template, library, plugins = _find(source, config)
    given = read_variables(variables)
    checks = [_guard(template), _questions(template, library)]
    if checks[0].holds:
        checks.append(_run(template, plugins, given, world, config))
    _tell(template, checks, json=json)
    if not checks[0].holds:
        return RefusedError.exit_code
    return 0 if all(check.holds for check in checks) else _FAILED


def _find(source: str, config: Config) -> tuple[Template, TemplateLibrary, Plugins]:
    path = Path(source)
    own = path.is_dir() or len(path.parts) > 1
    folders = [path.absolute(), *config.template_folders] if own else list(config.template_folders)
    plugins = Plugins.load(folders=folders, installed=config.plugins)
    library = plugins.template_library()
    if not own:
        return library.get(source), library, plugins
    for problem in library.problems:
        if problem.folder == path.absolute():
            raise UsageError(str(problem), hint="docs/templates.md says what a template is made of.")
    return library.get(path.absolute().name), library, plugins


def _guard(template: Template) -> _Check:
    verdict = validate(ProbeDraft(script=template.script), data_class=template.definition.data_class)
    problems = [f"line {f.line}: {f.message} {f.hint}".strip() for f in verdict.findings if f.severity == "error"]
    return _Check("the guard accepts the probe", tuple(problems), f"{len(verdict.actions)} IAM actions")


def _questions(template: Template, library: TemplateLibrary) -> _Check:
    matcher = TemplateMatcher(library)
    problems = []
    for question in template.questions:
        first = next(iter(matcher.match(question)), None)
        if first is None:
            problems.append(f"no template is found for {question!r}")
        elif first.template.name != template.name:
            problems.append(f"{first.template.name} is found for {question!r}")
    return _Check("its questions find it", tuple(problems), f"{len(template.questions)} questions")


def _run(template: Template, plugins: Plugins, variables: dict[str, Any], world: str | None, config: Config) -> _Check:
    """The whole loop with this template as its one objective, on an account that is gone afterwards."""
    objective = Objective(question=template.title, template=template.name, variables=template.complete(variables))

    def agent(role: AgentRole, agent: Any) -> Any:
        return _OneObjective(objective, agent) if role == "orchestrator" else None

    plugins.add("templates test", SimpleNamespace(cloudprobe_agent=hookimpl(agent)))
    with tempfile.TemporaryDirectory(prefix="cloudprobe-") as folder:
        workspace = open_workspace(replace(config, data_dir=Path(folder)))
        with open_account(world or "healthy", workspace.config) as account:
            engine = build_engine(
                workspace, account, observer=NullObserver(), cancel=threading.Event(), plugins=plugins
            )
            settings = account.narrow(
                InspectionSettings(data_class=template.data_class, data_resources=("*",), max_iterations=1)
            )
            report = engine.run(engine.start(template.title, settings))
    return _Check("it runs on the embedded account", tuple(_faults(report)), _summary(report))


class _OneObjective:
    """An orchestrator that has the template run once and then lets the usual one end."""

    def __init__(self, objective: Objective, usual: OrchestrationAgent) -> None:
        self._objective = objective
        self._usual = usual

    def decide(self, given: OrchestratorInput) -> OrchestratorOutput:
        usual = self._usual.decide(given)
        if given.current_iteration:
            return usual
        decision = Decision(action=Action.COLLECT, reason="It is tested.", objectives=(self._objective,))
        return usual.model_copy(update={"decision": decision})


def _faults(report: Report) -> Iterator[str]:
    if report.failure:
        yield report.failure
    for note in report.attempts:
        yield f"{note.source}: {note.message}"
    for run in report.runs:
        if run.status is not RunStatus.SUCCEEDED:
            yield run.error.message if run.error else f"the run {run.status}: {run.limit}"
        for operation in run.access.denied:
            yield f"{operation} was denied"
    for finding in report.findings:
        if not finding.verified:
            yield f"the evidence of {finding.title!r} leads nowhere: {', '.join(e.pointer for e in finding.evidence)}"
    if not report.runs and report.outcome not in {Outcome.ANSWERED, Outcome.NOTHING_FOUND}:
        yield report.answer


def _summary(report: Report) -> str:
    calls = sum(run.usage.calls for run in report.runs)
    found = len(accusations(report.findings))
    remarks = len(report.findings) - found
    told = [counted(found, "finding"), *([counted(remarks, "remark")] if remarks else []), counted(calls, "call")]
    return f"{', '.join(told)}, {report.seconds:.1f} s: {report.answer}"


def _tell(template: Template, checks: list[_Check], *, json: bool) -> None:
    if json:
        document = {
            "template": template.name,
            "passed": all(check.holds for check in checks),
            "checks": [
                {"name": one.name, "passed": one.holds, "problems": list(one.problems), "told": one.told}
                for one in checks
            ],
        }
        print_text(jsonlib.dumps(document, indent=2))
        return
    console = Console(highlight=False, soft_wrap=True)
    for one in checks:
        mark = ("passed ", "green") if one.holds else ("failed ", "red")
        console.print(Text.assemble(mark, one.name, (f"  {printable(one.told)}", "dim")))
        for problem in one.problems:
            console.print(Text(f"       {printable(problem)}"))
