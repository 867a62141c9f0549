"""``stats``: the numbers of all stored inspections. Read from what each kept of its own, not from the reports."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cloudprobe.adapters.local.clock import SystemClock
from cloudprobe.bootstrap import Workspace, open_workspace
from cloudprobe.cli.writing import print_text
from cloudprobe.config import Config
from cloudprobe.domain.ids import started_at
from cloudprobe.domain.inspection import InspectionStatus
from cloudprobe.domain.metrics import Metrics
from cloudprobe.domain.text import printable
from cloudprobe.metrics.statistics import AgentStatistics, Spread, Statistics, summed_up
from cloudprobe.reports.outline import dollars
from cloudprobe.reports.wording import counted, seconds
from cloudprobe.steps.measured import metrics_of

_BAR_WIDTH = 40
_MOST_KINDS = 12
_MOST_DAYS = 30
_THOUSAND = 1_000


@dataclass(slots=True)
class _Stored:
    """What is kept of inspections."""

    metrics: list[Metrics] = field(default_factory=list)
    unfinished: list[str] = field(default_factory=list)
    unread: int = 0


def stats(format: str, *, days: int | None, data_dir: Path | None) -> int:  # noqa: A002 - the option's name
    workspace = open_workspace(Config.read(data_dir=data_dir))
    stored = _read(workspace, days)
    if format == "prometheus":
        from cloudprobe.metrics.prometheus import render_prometheus  # noqa: PLC0415 - only where it is asked for

        print_text(render_prometheus(stored.metrics).removesuffix("\n"))
        return 0
    if format == "emf":
        from cloudprobe.metrics.emf import render_emf  # noqa: PLC0415 - only where it is asked for

        print_text("".join(render_emf(one, now=started_at(one.inspection_id)) for one in stored.metrics).rstrip("\n"))
        return 0
    found = summed_up(stored.metrics, unfinished=stored.unfinished, unread=stored.unread)
    if format == "json":
        print_text(found.model_dump_json(indent=2))
    else:
        _print(found, Console(highlight=False))
    return 0


def _read(workspace: Workspace, days: int | None) -> _Stored:
    since = SystemClock().now() - timedelta(days=days) if days else None
    stored = _Stored()
    for record in workspace.inspections():
        if since and started_at(record.id) < since:
            continue
        if record.status is not InspectionStatus.FINISHED:
            stored.unfinished.append(record.status.value)
            continue
        found = metrics_of(record, workspace.artifacts)
        if found is None:
            stored.unread += 1
        else:
            stored.metrics.append(found)
    return stored


def _print(found: Statistics, console: Console) -> None:
    if not (found.inspections or found.unfinished or found.unread):
        console.print('No inspections yet. Ask: cloudprobe inspect "which buckets are public?" --world faulty')
        return
    rows = Table.grid(padding=(0, 2))
    rows.add_column(style="dim", no_wrap=True)
    rows.add_column(overflow="fold")
    for name, value in _facts(found):
        rows.add_row(name, Text(printable(value)))
    console.print(rows)
    _print_bars(found.failures, "failures by kind", console)
    _print_agents(found, console)
    _print_days(found, console)


def _facts(found: Statistics) -> Iterator[tuple[str, str]]:
    outcomes = ", ".join(f"{number:,} {name.replace('_', ' ')}" for name, number in found.outcomes.items())
    yield "inspections", f"{found.inspections:,}" + (f": {outcomes}" if outcomes else "")
    if found.unfinished:
        yield "not finished", ", ".join(f"{number:,} {name}" for name, number in found.unfinished.items())
    if found.unread:
        yield "unreadable", f"{counted(found.unread, 'finished inspection')} without numbers"
    if not found.inspections:
        return
    yield "time", _spread(found.seconds, seconds)
    yield "", f"outside models and runs {_spread(found.own_seconds, seconds)}"
    unknown = f", and {counted(found.unpriced, 'exchange')} of no known price" if found.unpriced else ""
    yield (
        "cost",
        f"{dollars(found.usd.total)}: models {dollars(found.model_usd)}, AWS {dollars(found.calls_usd)}{unknown}",
    )
    yield "", _spread(found.usd, dollars)
    if found.probes:
        yield "probes", f"{found.probes:,}, {_percent(found.probes_succeeded / found.probes)} gave a result"
        yield "policy excess", f"{found.policy_excess:,}"
        yield "retries", f"{found.retries:,}" + (f", {found.retry_rate:.2f} a probe" if found.retries else "")
    if found.with_templates is not None:
        yield "templates", f"served {_percent(found.with_templates)} of the inspections that ran anything"


def _spread(spread: Spread, told: Callable[[float], str]) -> str:
    if spread.p50 is None or spread.p95 is None:
        return "not known"
    return f"{told(spread.p50)} at the median, {told(spread.p95)} at the 95th percentile"


def _print_bars(numbers: dict[str, int], title: str, console: Console) -> None:
    if not numbers:
        return
    console.print(Text(f"\n{title}", style="bold"))
    most = max(numbers.values())
    table = Table.grid(padding=(0, 2))
    for name, number in [*numbers.items()][:_MOST_KINDS]:
        table.add_row(Text(printable(name)), Text(f"{number:,}", justify="right"), Text(_bar(number, most), "yellow"))
    console.print(table)
    if len(numbers) > _MOST_KINDS:
        console.print(Text(f"and {len(numbers) - _MOST_KINDS} more kinds: see --json", style="dim"))


def _print_agents(found: Statistics, console: Console) -> None:
    if not found.agents:
        return
    console.print(Text("\nmodels", style="bold"))
    for one in found.agents:
        console.print(Text.assemble((one.agent.replace("_", " "), "cyan"), " with ", printable(one.model)))
        for line in _agent_lines(one):
            console.print(Text(f"    {printable(line)}", style="dim"))


def _agent_lines(one: AgentStatistics) -> Iterator[str]:
    good = f"{_percent(one.succeeded)} good, {_percent(one.repaired)} asked again"
    yield f"{counted(one.exchanges, 'exchange')}: {good}; {_spread(one.seconds, seconds)}"
    sent = one.usage.input + one.usage.cache_read + one.usage.cache_write
    cached = "" if one.cache_read is None else f" ({_percent(one.cache_read)} from a cache)"
    usd = "of no known price" if one.usd is None else dollars(one.usd)
    yield f"{_thousands(sent)} tokens sent{cached}, {_thousands(one.usage.output)} answered; {usd}"
    if one.failures:
        yield "failures: " + ", ".join(f"{kind} {number:,}" for kind, number in one.failures.items())


def _print_days(found: Statistics, console: Console) -> None:
    if not found.days:
        return
    console.print(Text("\nby day", style="bold"))
    shown = found.days[-_MOST_DAYS:]
    most = max(day.inspections for day in shown)
    table = Table.grid(padding=(0, 2))
    for day in shown:
        answered = _bar(day.answered, most)
        rest = "░" * (len(_bar(day.inspections, most)) - len(answered))
        table.add_row(
            day.day,
            Text(f"{day.inspections:,}", justify="right"),
            Text.assemble((answered, "green"), (rest, "yellow")),
            Text("" if day.seconds is None else seconds(day.seconds), style="dim", justify="right"),
            Text(dollars(day.usd), style="dim", justify="right"),
        )
    console.print(table)
    console.print(Text("█ answered  ░ not answered; time at the median; cost", style="dim"))


def _bar(number: int, most: int) -> str:
    return "█" * (max(1, round(_BAR_WIDTH * number / most)) if number else 0)


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _thousands(number: int) -> str:
    return f"{number / _THOUSAND:,.1f} k" if number >= _THOUSAND else str(number)
