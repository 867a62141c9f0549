"""Every question of every world, asked of the whole product and scored by its truth; calls beside a plain script.

``python -m benchmarks worlds`` prints figures; ``python -m benchmarks.worlds`` prints the tables of ``docs/worlds.md``.
"""

import importlib
import statistics
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from cloudprobe import __version__
from cloudprobe.bootstrap import open_asking
from cloudprobe.config import Config
from cloudprobe.emulator.access import AccountAccess
from cloudprobe.evaluation.planning import Planned, agenda
from cloudprobe.evaluation.results import Case, Plan
from cloudprobe.evaluation.running import Asked, ask

NO_TEMPLATE = "none: for a model"


@dataclass(frozen=True, slots=True)
class Row:
    """One question and what became of it."""

    case: Case
    plain_calls: int | None
    """Calls of the plain script; None where it could not finish, or there is none."""

    @property
    def template(self) -> str:
        return self.case.template or NO_TEMPLATE


def run() -> list[tuple[str, str]]:
    return rows(list(ask_all()))


def rows(asked: list[Row]) -> list[tuple[str, str]]:
    """A row a template, a row a world, one for everything, and one for each wrong answer."""
    table = [(name, " | ".join(_figures(of))) for name, of in _by(asked, lambda row: row.template).items()]
    table += [
        (f"world {name}", " | ".join(_figures(of))) for name, of in _by(asked, lambda row: row.case.key.world).items()
    ]
    wrong = [
        (f"wrong: {row.case.key.world} / {row.case.key.question}", "; ".join(row.case.complaints)[:160])
        for row in asked
        if not row.case.right
    ]
    return [("", " | ".join(HEAD)), *table, ("all", " | ".join(_figures(asked))), *wrong]


HEAD = ("questions", "worlds", "facts", "wrong", "cited", "abstained", "seconds", "calls", "beside plain")


def _figures(asked: list[Row]) -> tuple[str, ...]:
    cases = [row.case for row in asked]
    quiet = [case.abstained for case in cases if case.abstained is not None]
    compared = [row for row in asked if row.plain_calls and row.case.runs == 1]
    plain = sum(row.plain_calls or 0 for row in compared)
    return (
        str(len(cases)),
        str(len({case.key.world for case in cases})),
        f"{sum(case.facts_found for case in cases)}/{sum(case.facts for case in cases)}",
        str(sum(case.claims_wrong for case in cases)),
        f"{sum(case.claims_cited for case in cases)}/{sum(case.claims for case in cases)}",
        f"{sum(quiet)}/{len(quiet)}",
        f"{statistics.median(case.seconds for case in cases):.1f}",
        f"{statistics.median(case.calls for case in cases):.0f}",
        f"{sum(row.case.calls for row in compared) / plain:.2f} \u00d7" if plain else "-",
    )


def _by(asked: list[Row], of: Callable[[Row], str]) -> dict[str, list[Row]]:
    return {name: [row for row in asked if of(row) == name] for name in sorted({of(row) for row in asked})}


def markdown(asked: list[Row]) -> Iterator[str]:
    """The two tables of ``docs/worlds.md``."""
    yield _line("template", *HEAD)
    yield "|---" * (1 + len(HEAD)) + "|"
    for name, of in _by(asked, lambda row: row.template).items():
        yield _line(name if name == NO_TEMPLATE else f"`{name}`", *_figures(of))
    yield _line("**all**", *_figures(asked))
    yield ""
    head = (
        "world",
        "question",
        "template",
        "facts",
        "wrong",
        "cited",
        "abstained",
        "seconds",
        "calls",
        "plain",
        "runs",
    )
    yield _line(*head)
    yield "|---" * len(head) + "|"
    for row in asked:
        case = row.case
        yield _line(
            case.key.world,
            case.key.question,
            f"`{case.template}`" if case.template else "-",
            f"{case.facts_found}/{case.facts}",
            str(case.claims_wrong),
            f"{case.claims_cited}/{case.claims}",
            {None: "", True: "yes", False: "no"}[case.abstained],
            f"{case.seconds:.1f}",
            str(case.calls),
            "-" if row.plain_calls is None else str(row.plain_calls),
            str(case.runs),
        )
    for row in asked:
        if not row.case.right:
            yield f"\n- `{row.case.key.world}` / `{row.case.key.question}`: {'; '.join(row.case.complaints)}"


def _line(*cells: str) -> str:
    return f"| {' | '.join(cells)} |"


def ask_all(worlds: tuple[str, ...] = ()) -> Iterator[Row]:
    """Ask each world in an account of its own, one after another."""
    plan = Plan(cloudprobe_version=__version__, started="", worlds=worlds, models=("library",))
    with tempfile.TemporaryDirectory() as folder:
        asking = partial(open_asking, Config.read(data_dir=Path(folder)))
        for sitting in agenda(plan).sittings:
            cases = ask(sitting, asking, Path(folder), cancel=threading.Event())
            for planned, asked in zip(sitting.questions, cases, strict=True):
                yield Row(asked.case, plain_calls(planned, asked))


def plain_calls(planned: Planned, asked: Asked) -> int | None:
    """How many calls the plain script makes for what was understood of the question; None where it gives up."""
    question, record = planned.question, asked.record
    if record is None or not question.template:
        return None
    given = (run.variables for run in record.report.runs if run.template == question.template)
    return _counted(question.template, next(given, question.variables), asked.access)


def _counted(template: str, understood: Mapping[str, Any], access: AccountAccess) -> int | None:
    from botocore.exceptions import ClientError  # noqa: PLC0415 - only here

    script = importlib.import_module(f"benchmarks.baselines.{template}")
    calls = 0
    made: dict[tuple[str, str], Any] = {}

    def count(**_: Any) -> None:
        nonlocal calls
        calls += 1

    def client(service: str, region: str) -> Any:
        if (service, region) not in made:
            made[service, region] = access.client(service, region)
            made[service, region].meta.events.register("before-call", count)
        return made[service, region]

    try:
        script.answer(client, {name: value for name, value in understood.items() if value})
    except (ClientError, KeyError):
        return None
    return calls


if __name__ == "__main__":
    for text in markdown(list(ask_all())):
        print(text)
