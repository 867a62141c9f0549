"""An evaluation as one HTML page that loads nothing and runs nothing: to be kept, sent, or printed."""

import base64
import hashlib
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cloudprobe.evaluation import plots
from cloudprobe.evaluation.results import Rate
from cloudprobe.evaluation.statistics import totals
from cloudprobe.evaluation.store import Results
from cloudprobe.reports.pages import page_environment

if TYPE_CHECKING:
    from jinja2 import Environment

_PAGE = Path(__file__).parent / "page"


def render(found: Results) -> str:
    """The page of a run, or of what there is of one that was stopped."""
    from markupsafe import Markup  # noqa: PLC0415 - comes with jinja2, which only the page pays for

    style = (_PAGE / "evaluation.css").read_text(encoding="utf-8")
    end = found.totals or totals(found.cases, finished="")
    models = tuple(group for group in end.groups if not group.world)
    most = max((group.summary.cases for group in end.groups if group.world), default=0)
    return (
        _environment()
        .get_template("evaluation.html.jinja")
        .render(
            plan=found.plan,
            cases=found.cases,
            end=end,
            stopped=found.totals is None,
            models=models,
            worlds={group.model: tuple(_worlds(end.groups, group.model)) for group in models},
            rates=plots.rates(models),
            bars={group.model: plots.worlds(tuple(_worlds(end.groups, group.model)), most=most) for group in models},
            seconds=plots.strip(found.cases, lambda case: case.seconds, "s"),
            calls=plots.strip([case for case in found.cases if case.calls], lambda case: case.calls, "calls"),
            wrong=tuple(case for case in found.cases if not case.right),
            style=Markup(style),  # noqa: S704 - our own file
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        )
    )


def _worlds(groups: Any, model: str) -> Any:
    return (group for group in groups if group.world and group.model == model)


@cache
def _environment() -> "Environment":
    environment = page_environment(_PAGE)
    environment.filters.update(share=_share, percent=_percent)
    return environment


def _share(rate: Rate) -> str:
    return f"{rate.count}/{rate.of}" if rate.of else "-"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
