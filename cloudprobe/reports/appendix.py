"""Cost and metrics as the formats for people show them: tables of text, worked out once."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from cloudprobe.domain.conversation import TokenUsage
from cloudprobe.domain.metrics import AgentMetrics, Metrics
from cloudprobe.domain.report import Cost, Report
from cloudprobe.reports.outline import Fact, cost_text, dollars
from cloudprobe.reports.wording import counted, seconds


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    title: str
    headings: tuple[str, ...]
    numeric: int
    """Index of the first column of numbers."""
    rows: tuple[tuple[str, ...], ...]


def cost_facts(report: Report) -> Iterator[Fact]:
    cost = report.cost
    yield Fact("Cost", cost_text(cost))
    if cost.operations:
        yield Fact("Calls of AWS", f"{dollars(cost.calls_usd)}, at list prices in us-east-1")
    if cost.models:
        yield Fact("Models", f"{_usd(cost)}, {_tokens(cost.usage)}")
        if cost.cache_read_share is not None:
            yield Fact("Read from a cache", f"{_percent(cost.cache_read_share)} of the tokens sent")
    if cost.budget_usd is not None:
        yield Fact("Budget in dollars", f"${_plain(cost.budget_usd)}")
    if cost.budget_seconds is not None:
        yield Fact("Budget of time", f"{_plain(cost.budget_seconds)} s")


def metric_facts(metrics: Metrics) -> Iterator[Fact]:
    parts = (("models", metrics.model_seconds), ("runs", metrics.run_seconds), ("everything else", metrics.own_seconds))
    if any(took for _, took in parts):
        yield Fact("Time", ", ".join(f"{seconds(took)} in {what}" for what, took in parts if took))
    if metrics.probes:
        yield Fact(
            "Probes",
            f"{metrics.probes:,}, of them {metrics.probes_succeeded:,} with a result; "
            f"{metrics.from_templates:,} from templates, {metrics.probes - metrics.from_templates:,} written",
        )
        yield Fact("Attempts", f"{metrics.attempts:,}, of them {counted(metrics.retries, 'retry')}")
    if metrics.runs:
        yield Fact("Runs", f"{metrics.runs:,}, of them {metrics.runs_succeeded:,} succeeded")
    if metrics.failures:
        yield Fact("Failures", ", ".join(f"{kind} {number:,}" for kind, number in metrics.failures.items()))


def tables(report: Report) -> tuple[Table, ...]:
    """Those that have rows."""
    found = (
        Table(
            title="Models, by iteration",
            headings=("Agent", "Model", "Iteration", "Exchanges", "Tokens sent", "from cache", "answered", "Cost"),
            numeric=2,
            rows=tuple(_model_rows(report.cost)),
        ),
        Table(
            title="Calls that cost money",
            headings=("Operation", "Paid for", "Units", "Cost"),
            numeric=2,
            rows=tuple((one.operation, one.per, _plain(one.units), dollars(one.usd)) for one in report.cost.operations),
        ),
        Table(
            title="Exchanges with models",
            headings=("Agent", "Model", "Exchanges", "Repairs", "Failed", "Median", "Longest"),
            numeric=2,
            rows=tuple(_exchange_row(agent) for agent in report.metrics.agents),
        ),
        Table(
            title="Time by step",
            headings=("Step", "Times", "Took"),
            numeric=1,
            rows=tuple((one.step, f"{one.times:,}", seconds(one.seconds)) for one in report.metrics.steps),
        ),
    )
    return tuple(table for table in found if table.rows)


def _model_rows(cost: Cost) -> Iterator[tuple[str, ...]]:
    for one in cost.models:
        yield (
            one.agent.replace("_", " "),
            one.model,
            str(one.iteration) if one.iteration else "-",
            f"{one.exchanges:,}",
            f"{_sent(one.usage):,}",
            f"{one.usage.cache_read:,}",
            f"{one.usage.output:,}",
            "not known" if one.usd is None else dollars(one.usd),
        )


def _exchange_row(agent: AgentMetrics) -> tuple[str, ...]:
    took = sorted(agent.seconds)
    return (
        agent.agent.replace("_", " "),
        agent.model,
        f"{agent.exchanges:,}",
        f"{agent.repairs:,}",
        f"{agent.failed:,}" + (f" ({', '.join(agent.failures)})" if agent.failures else ""),
        seconds(_median(took)),
        seconds(took[-1] if took else 0.0),
    )


def _median(ordered: Sequence[float]) -> float:
    middle = len(ordered) // 2
    if not ordered:
        return 0.0
    return ordered[middle] if len(ordered) % 2 else (ordered[middle - 1] + ordered[middle]) / 2


def _usd(cost: Cost) -> str:
    if cost.unpriced and not cost.model_usd:
        return "of no known price"
    more = f" and {counted(cost.unpriced, 'exchange')} of no known price" if cost.unpriced else ""
    return f"{dollars(cost.model_usd)}{more}"


def _tokens(usage: TokenUsage) -> str:
    return f"{_sent(usage):,} tokens sent and {usage.output:,} answered"


def _sent(usage: TokenUsage) -> int:
    return usage.input + usage.cache_read + usage.cache_write


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _plain(number: float) -> str:
    """Without an exponent and without zeros that say nothing."""
    return f"{number:,.6f}".rstrip("0").rstrip(".")
