"""Every question of every world, asked of the whole product and scored by its truth; calls beside a plain script.

``python -m benchmarks worlds`` prints the table of ``docs/worlds.md``.
"""

import importlib
import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cloudprobe.bootstrap import build_engine, open_account, open_workspace
from cloudprobe.config import Config
from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.report import Report
from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.account import EmbeddedAccount
from cloudprobe.emulator.worlds import Question, World, list_worlds
from cloudprobe.evaluation.scoring import Score, abstained, score
from cloudprobe.testing import NullObserver


@dataclass(frozen=True, slots=True)
class Asked:
    """One question and what became of it."""

    world: str
    question: Question
    report: Report
    score: Score
    seconds: float
    plain_calls: int | None
    """Calls of the plain script; None where it could not finish."""

    @property
    def calls(self) -> int:
        return self.report.usage.calls


def run() -> list[tuple[str, str]]:
    return rows(list(ask_all()))


def rows(asked: list[Asked]) -> list[tuple[str, str]]:
    """A row a template, a row a world, one for everything, and one for each wrong answer."""
    templates = sorted({one.question.template for one in asked})
    table = [(name, _summary([one for one in asked if one.question.template == name])) for name in templates]
    worlds = sorted({one.world for one in asked})
    table += [(f"world {name}", _summary([one for one in asked if one.world == name])) for name in worlds]
    wrong = [
        (f"wrong: {one.world} / {one.question.id}", "; ".join(one.score.complaints())[:160])
        for one in asked
        if not one.score.right
    ]
    return [*table, ("all", _summary(asked)), *wrong]


def _summary(asked: list[Asked]) -> str:
    expected = sum(len(one.question.expect) for one in asked)
    stated = sum(len(one.score.stated) for one in asked)
    claims = sum(one.score.claims for one in asked)
    cited = claims - sum(len(one.score.uncited) for one in asked)
    quiet = [kept for one in asked if (kept := abstained(one.question, one.report)) is not None]
    compared = [one for one in asked if one.plain_calls and len(one.report.runs) == 1]
    ratio = sum(one.calls for one in compared) / max(1, sum(one.plain_calls or 0 for one in compared))
    return " | ".join(
        (
            f"{len(asked)} questions in {len({one.world for one in asked})} worlds",
            f"facts {stated}/{expected}",
            f"wrong {sum(len(one.score.wrong) for one in asked)}",
            f"cited {cited}/{claims}",
            f"abstained {sum(quiet)}/{len(quiet)}",
            f"{statistics.median(one.seconds for one in asked):.1f} s",
            f"{statistics.median(one.calls for one in asked):.0f} calls, {ratio:.2f} x plain",
        )
    )


def ask_all(worlds: tuple[str, ...] = ()) -> Iterator[Asked]:
    """Ask each world in an account of its own, one after another."""
    with EmbeddedAccount.start() as embedded:
        for number, world in enumerate(list_worlds()):
            if not worlds or world.name in worlds:
                yield from _ask(world, embedded.second_account(), number)


def _ask(world: World, access: AccountAccess, number: int) -> Iterator[Asked]:
    def names(logical: str) -> str:
        return f"{logical}-{number}"  # buckets are named for all accounts together

    arns = world.seed(access.client, names=names)
    with tempfile.TemporaryDirectory() as folder:
        workspace = open_workspace(Config.read(access.environment(), data_dir=Path(folder)))
        with open_account("", workspace.config) as account:
            engine = build_engine(workspace, account, observer=NullObserver(), cancel=threading.Event())
            for question in (question.named(names) for question in world.questions):
                settings = account.narrow(InspectionSettings(data_class=question.data_class))
                before = time.perf_counter()
                report = engine.run(engine.start(question.ask[0], settings))
                seconds = time.perf_counter() - before
                told = score(question, report, arns)
                yield Asked(world.name, question, report, told, seconds, plain_calls(question, report, access))


def plain_calls(question: Question, report: Report, access: AccountAccess) -> int | None:
    """How many calls the plain script makes for what was understood of the question; None where it gives up."""
    from botocore.exceptions import ClientError  # noqa: PLC0415 - only here

    script = importlib.import_module(f"benchmarks.baselines.{question.template}")
    understood = next((run.variables for run in report.runs if run.template == question.template), question.variables)
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
