"""The report as one HTML page that loads nothing: to be sent to a colleague, printed, or kept."""

import base64
import hashlib
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cloudprobe.domain.report import Report, TimelineEntry
from cloudprobe.domain.text import printable
from cloudprobe.reports import appendix, outline, wording
from cloudprobe.reports.conclusion import doubtful
from cloudprobe.reports.confidence import unverified_key_claims
from cloudprobe.reports.pages import page_environment
from cloudprobe.reports.picture import HEIGHT, WIDTH, draw
from cloudprobe.reports.structured import telling as structured

if TYPE_CHECKING:
    from jinja2 import Environment

_PAGE = Path(__file__).parent / "page"
_CONFLICTS = 50
_THINNEST_BAR = 0.6


@dataclass(frozen=True, slots=True)
class Bar:
    """Where a step lies in the whole, in per cent."""

    start: float
    width: float


def render_html(report: Report) -> str:
    """One page without scripts or remote content; its policy forbids both, whatever should ever get into it."""
    from markupsafe import Markup  # noqa: PLC0415 - comes with jinja2, which only this format pays for

    style = (_PAGE / "report.css").read_text(encoding="utf-8")
    quality = report.quality
    return (
        _environment()
        .get_template("report.html.jinja")
        .render(
            report=report,
            outcomes=wording.OUTCOMES,
            confidence=wording.CONFIDENCE,
            doubtful=bool(doubtful(report.claims) or unverified_key_claims(report.findings)),
            severities=wording.severities(report.findings),
            style=Markup(style),  # noqa: S704 - our own file
            style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
            contents=tuple(_contents(report)),
            run_numbers={run.run_id: number for number, run in enumerate(report.runs, 1)},
            scripts=outline.scripts(report),
            tiles=(
                ("Probes answered", quality.runs_succeeded, False),
                ("Probes failed", quality.runs_failed, True),
                ("Calls", quality.calls, False),
                ("Operations denied", quality.calls_denied, True),
                ("Skipped", quality.skipped, True),
                ("Lists cut", quality.truncated, True),
            ),
            most_seen=max(report.inventory.values(), default=0),
            most_conflicts=_CONFLICTS,
            picture=draw(report.connections),
            timeline=tuple(zip(report.timeline, _bars(report.timeline), strict=True)),
            by_hand=tuple(dict.fromkeys(outline.by_hand(run) for run in report.runs if run.script)),
        )
    )


def _contents(report: Report) -> Iterator[tuple[str, str, int | None]]:
    """Anchor, name and number of the sections there are."""
    for anchor, name, number in (
        ("structured", "Structured answer", None if report.structured else 0),
        ("statements", "Statements", len(report.claims)),
        ("findings", "Findings", len(report.findings)),
        ("fixes", "What could be done", len(report.fixes)),
        ("instructions", "Instructions found in data", len(report.instructions_in_data)),
        ("hypotheses", "Hypotheses", len(report.hypotheses)),
        ("connections", "Connections", len(report.connections.lines)),
        ("not-covered", "Not covered", len(report.not_covered)),
        ("coverage", "Coverage", None if report.runs or report.inventory else 0),
        ("next", "Where to look next", len(report.suggestions)),
        ("attempts", "Failed attempts", len(report.attempts)),
        ("timeline", "Timeline", len(report.timeline)),
        ("appendix", "Cost and metrics", None if report.metrics.steps else 0),
        ("runs", "Runs", len(report.runs)),
        ("reproduce", "Reproduce", None),
    ):
        if number != 0:
            yield anchor, name, number


def _bars(timeline: Sequence[TimelineEntry]) -> Iterator[Bar]:
    """Each step against the clock from first start to last end; against nothing where a time cannot be read."""
    starts = [_seconds_since_1970(entry.started) for entry in timeline]
    known = [(start, start + e.seconds) for start, e in zip(starts, timeline, strict=True) if start is not None]
    first, last = (min(s for s, _ in known), max(e for _, e in known)) if known else (0.0, 0.0)
    for start, entry in zip(starts, timeline, strict=True):
        if start is None or last <= first:
            yield Bar(0, 0)
            continue
        left = _percent(start - first, last - first)
        width = max(_percent(entry.seconds, last - first), _THINNEST_BAR)
        yield Bar(min(left, 100 - _THINNEST_BAR), width)


def _seconds_since_1970(iso: str) -> float | None:
    try:
        return datetime.fromisoformat(iso).timestamp()
    except (ValueError, OverflowError):
        return None


def _percent(part: float, whole: float) -> float:
    return round(min(max(100 * part / whole, 0.0), 100.0), 2) if whole else 0.0


@cache
def _environment() -> "Environment":
    environment = page_environment(_PAGE)
    environment.filters.update(lines=_lines, numbered=_numbered, compact=_compact)
    environment.globals.update(
        appendix=appendix,
        outline=outline,
        structured=structured,
        percent=_percent,
        seconds=wording.seconds,
        counted=wording.counted,
        box_width=WIDTH,
        box_height=HEIGHT,
    )
    return environment


def _lines(text: str) -> Any:
    """Text that keeps its line ends."""
    from markupsafe import escape  # noqa: PLC0415 - see above

    return escape(printable(text, lines=True))


def _numbered(script: str, wrong: int | None) -> Any:
    """A script, a span a line; the style sheet counts them, so that copying takes the code alone."""
    from markupsafe import Markup  # noqa: PLC0415 - see above

    usual, marked = Markup("<span>{}</span>"), Markup('<span class="wrong">{}</span>')
    lines = enumerate(script.removesuffix("\n").split("\n"), 1)
    return Markup("\n").join((marked if number == wrong else usual).format(_lines(line)) for number, line in lines)


def _compact(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
