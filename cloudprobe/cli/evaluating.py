"""``eval``: ask what is planned, write what comes of it as it comes, and tell it as a table, a page, or JSON."""

import json as jsonlib
import math
import tempfile
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any

from rich.console import Console

from cloudprobe import __version__
from cloudprobe.adapters.local.clock import SystemClock
from cloudprobe.bootstrap import load_plugins, open_asking, start_logging, think
from cloudprobe.cli.evaluation_table import print_comparison, print_results
from cloudprobe.cli.stopping import stop_requested
from cloudprobe.cli.writing import print_text, write_file
from cloudprobe.config import Config
from cloudprobe.domain.text import printable, shortened
from cloudprobe.errors import InspectionInterruptedError, UsageError
from cloudprobe.evaluation import store
from cloudprobe.evaluation.comparison import compare as difference
from cloudprobe.evaluation.html_page import render
from cloudprobe.evaluation.planning import REPLAY, Agenda, Sitting, agenda
from cloudprobe.evaluation.results import Case, Plan, Totals
from cloudprobe.evaluation.running import ask_all
from cloudprobe.evaluation.statistics import totals
from cloudprobe.evaluation.store import Results
from cloudprobe.plugins.builtin import LIBRARY

_REGRESSION = 4
_SHOWN = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What is asked, as the options say it."""

    worlds: tuple[str, ...] = ()
    questions: tuple[str, ...] = ()
    models: tuple[str, ...] = ()
    repeat: int | None = None
    rename: bool = False
    budget_usd: float | None = None

    @property
    def given(self) -> bool:
        return self != Wanted()


def evaluate(
    wanted: Wanted,
    *,
    output: Path | None,
    resume: bool,
    jobs: int,
    record: Path | None,
    fail_on_regression: bool,
    json: bool,
    quiet: bool,
    log_level: str | None,
) -> int:
    if fail_on_regression:
        raise UsageError("--fail-on-regression says nothing of one run.", hint="Give it with --compare DIR DIR.")
    if wanted.budget_usd is not None and not 0 < wanted.budget_usd < math.inf:
        raise UsageError(f"--budget-usd {wanted.budget_usd:g} is no budget.", hint="Give dollars, more than none.")
    if resume and (output is None or wanted.given):
        raise UsageError(
            "--resume goes on with what a folder holds, as it was planned.",
            hint="Give it with --output DIR, and without options that say what to ask.",
        )
    with ExitStack() as stack:
        place = output or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="cloudprobe-eval-")))
        # Templates of one's own are asked about too; only what is stored goes elsewhere.
        config = replace(Config.read(log_level=log_level), data_dir=place / store.INSPECTIONS)
        plan, known = _begin(wanted, place, config, resume=resume)
        left = agenda(plan, done=[case.key for case in known])
        if output is not None and not resume:
            store.begin(place, plan)
        start_logging(config)
        console = Console(stderr=True, highlight=False, quiet=quiet)
        _announce(plan, left, console, kept=output, done=len(known))
        cancel = stack.enter_context(stop_requested())
        ask = partial(
            ask_all, left.sittings, partial(open_asking, config), place / store.INSPECTIONS, jobs=jobs, record=record
        )
        cases = [*known, *_asked(ask, left.cases, cancel=cancel, console=console, kept=output)]
        found = _end(plan, cases, left, place if output else None, stopped=cancel.is_set())
    if cancel.is_set():
        raise _interrupted(found, output)
    _tell(found, output, json=json)
    return 0


def compare(before: Path, after: Path, *, asked: bool, fail_on_regression: bool, json: bool) -> int:
    if asked:
        raise UsageError(
            "--compare asks nothing; it goes together with --json and --fail-on-regression alone.",
            hint="Evaluate first, each run into a folder of its own, then compare the folders.",
        )
    found = difference(store.read(before), store.read(after))
    if json:
        document = found.model_dump(mode="json") | {"regressed": found.regressed}
        print_text(jsonlib.dumps(document, indent=2, ensure_ascii=False))
    else:
        print_comparison(found, Console(highlight=False), before=str(before), after=str(after))
    return _REGRESSION if fail_on_regression and found.regressed else 0


def _begin(wanted: Wanted, place: Path, config: Config, *, resume: bool) -> tuple[Plan, tuple[Case, ...]]:
    """What is planned, and what of it is known already."""
    if resume:
        found = store.reopen(place)
        _check_models(found.plan.models, config)
        return found.plan, found.cases
    models = tuple(dict.fromkeys(wanted.models)) or (LIBRARY,)
    _check_models(models, config)
    return (
        Plan(
            cloudprobe_version=__version__,
            started=SystemClock().now().isoformat(timespec="seconds"),
            worlds=wanted.worlds,
            questions=wanted.questions,
            models=models,
            repeat=wanted.repeat or 1,
            rename=wanted.rename,
            budget_usd=wanted.budget_usd,
        ),
        (),
    )


def _check_models(models: tuple[str, ...], config: Config) -> None:
    """Before any world is built; recorded conversations are found question by question.

    Raises:
        UsageError: there is no such model, or no folder of recordings.
        AccessError: it cannot be reached.
    """
    plugins = load_plugins(config)
    for model in models:
        provider, _, rest = model.partition(":")
        if provider != REPLAY or provider not in plugins.models():
            think(config, model, plugins=plugins)
        elif not Path(rest).is_dir() or not rest:
            raise UsageError(
                f"There is no folder {rest[:200]!r} of recorded conversations.",
                hint="Give --model replay:DIR, where DIR holds a folder a world, and in it one a question.",
            )


def _announce(plan: Plan, left: Agenda, console: Console, *, kept: Path | None, done: int) -> None:
    questions = f"{left.cases} questions" if left.cases != 1 else "1 question"
    console.print(f"cloudprobe eval: {questions}, models: {', '.join(plan.models)}", markup=False)
    if done:
        console.print(f"{done} are answered already", markup=False)
    where = f"results go to {kept}" if kept else "nothing is kept; --output DIR keeps results and a page"
    console.print(f"{where}\n", markup=False)


def _asked(
    ask: Callable[..., Iterator[Case]], number: int, *, cancel: threading.Event, console: Console, kept: Path | None
) -> Iterator[Case]:
    """Each case, written down before the next."""

    def started(sitting: Sitting) -> None:
        console.print(f"building {sitting.name}", markup=False, style="dim")

    for count, case in enumerate(ask(cancel=cancel, started=started), 1):
        if kept is not None:
            store.add(kept, case)
        _told(case, f"{count}/{number}", console)
        yield case


def _told(case: Case, number: str, console: Console) -> None:
    key = case.key
    name = f"{key.world}/{key.question}" + (" (renamed)" if key.naming == "renamed" else "")
    mark, style = ("right", "green") if case.right else ("NOT RIGHT", "bold red")
    why = f"  {shortened('; '.join(case.complaints), _SHOWN)}" if case.complaints else ""
    console.print(f"{number:>9}  ", end="", markup=False)
    console.print(f"{mark:<9}", style=style, end="", markup=False)
    console.print(printable(f"  {case.seconds:5.1f} s  {name}{why}"), markup=False, soft_wrap=True)


def _end(plan: Plan, cases: list[Case], left: Agenda, folder: Path | None, *, stopped: bool) -> Results:
    end: Totals = totals(cases, finished=SystemClock().now().isoformat(timespec="seconds"), left_out=left.left_out)
    if folder is not None:
        if not stopped:
            store.add(folder, end)
        found = Results(plan=plan, cases=tuple(cases), totals=None if stopped else end)
        write_file(folder / store.PAGE, render(found))
    return Results(plan=plan, cases=tuple(cases), totals=end)


def _interrupted(found: Results, output: Path | None) -> InspectionInterruptedError:
    if output is None:
        return InspectionInterruptedError(
            "The evaluation was stopped, and nothing is kept of it.", hint="With --output DIR it could be resumed."
        )
    return InspectionInterruptedError(
        f"The evaluation was stopped; {output} keeps {len(found.cases)} answered questions.",
        hint=f"Go on with `cloudprobe eval --resume --output {output}`.",
    )


def _tell(found: Results, output: Path | None, *, json: bool) -> None:
    if json:
        print_text(jsonlib.dumps(document(found), indent=2, ensure_ascii=False))
        return
    console = Console(highlight=False)
    print_results(found, console)
    if output is not None:
        console.print(f"\nresults  {output / store.FILE}\npage     {output / store.PAGE}", markup=False, soft_wrap=True)


def document(found: Results) -> dict[str, Any]:
    """The whole of a run as one JSON document: the lines of its file by what they are."""
    return {
        "version": found.plan.version,
        "evaluation": found.plan.model_dump(mode="json"),
        "cases": [case.model_dump(mode="json") for case in found.cases],
        "totals": found.totals.model_dump(mode="json") if found.totals else None,
    }
