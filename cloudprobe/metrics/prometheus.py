"""Metrics of many inspections as Prometheus reads them: its text exposition format, by its own client."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.registry import Collector

from cloudprobe.domain.metrics import AgentMetrics, Metrics

CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"
"""Of an answer that carries ``render_prometheus``."""
_INSPECTION_SECONDS = (1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0, 600.0)
_EXCHANGE_SECONDS = (0.5, 1.0, 2.5, 5.0, 10.0, 20.0, 30.0, 60.0, 120.0, 300.0)


def render_prometheus(found: Sequence[Metrics]) -> str:
    """Every number as a counter or a histogram since the first of the inspections given."""
    registry = CollectorRegistry()
    registry.register(_Inspections(found))
    return generate_latest(registry).decode("utf-8")


class _Inspections(Collector):
    def __init__(self, found: Sequence[Metrics]) -> None:
        self._found = found

    def collect(self) -> Iterator[Metric]:
        yield from _inspections(self._found)
        yield from _models([agent for one in self._found for agent in one.agents])


def _inspections(found: Sequence[Metrics]) -> Iterator[Metric]:
    yield _counter("inspections", "Inspections by how they ended.", "outcome", Counter(one.outcome for one in found))
    seconds = HistogramMetricFamily("cloudprobe_inspection_duration_seconds", "What the steps of an inspection took.")
    seconds.add_metric([], *_histogram([one.seconds for one in found], _INSPECTION_SECONDS))
    yield seconds
    probes = Counter(
        succeeded=sum(one.probes_succeeded for one in found),
        failed=sum(one.probes - one.probes_succeeded for one in found),
    )
    yield _counter("probes", "Probes by whether they gave a result.", "result", probes)
    sources = Counter(
        template=sum(one.from_templates for one in found),
        generated=sum(one.probes - one.from_templates for one in found),
    )
    yield _counter("probe_sources", "Probes by where their script came from.", "source", sources)
    yield _sum("retries", "Attempts beyond a probe's first.", sum(one.retries for one in found))
    yield _sum("aws_calls", "Calls of AWS that runs made.", sum(one.calls for one in found))
    excess = sum(one.policy_excess for one in found)
    yield _sum("policy_excess_actions", "Actions that policies of runs allowed and no code needed.", excess)
    failures: Counter[str] = Counter()
    for one in found:
        failures.update(one.failures)
    yield _counter("failures", "What went wrong, by kind.", "kind", failures)
    dollars = {"aws": sum(one.calls_usd for one in found), "model": sum(one.model_usd for one in found)}
    yield _counter("cost_usd", "What was spent as far as prices are known.", "on", dollars)


def _models(agents: Sequence[AgentMetrics]) -> Iterator[Metric]:
    labels = ("agent", "model")
    exchanges = CounterMetricFamily("cloudprobe_model_exchanges", "Exchanges with models.", labels=(*labels, "result"))
    tokens = CounterMetricFamily("cloudprobe_model_tokens", "Tokens, each counted once.", labels=(*labels, "kind"))
    repairs = CounterMetricFamily("cloudprobe_model_repairs", "Exchanges that asked again.", labels=labels)
    dollars = CounterMetricFamily("cloudprobe_model_cost_usd", "Of the exchanges of a known price.", labels=labels)
    seconds = HistogramMetricFamily(
        "cloudprobe_model_exchange_duration_seconds", "What an exchange took.", labels=labels
    )
    for (agent, model), parts in _by_agent(agents).items():
        results = Counter(usable=sum(part.exchanges - part.failed for part in parts))
        for part in parts:
            results.update(part.failures)
        for result, number in sorted(results.items()):
            exchanges.add_metric([agent, model, result], number)
        for kind in ("input", "output", "cache_read", "cache_write"):
            tokens.add_metric([agent, model, kind], sum(getattr(part.usage, kind) for part in parts))
        repairs.add_metric([agent, model], sum(part.repairs for part in parts))
        dollars.add_metric([agent, model], sum(part.usd or 0.0 for part in parts))
        took = [one for part in parts for one in part.seconds]
        seconds.add_metric([agent, model], *_histogram(took, _EXCHANGE_SECONDS))
    yield from (exchanges, tokens, repairs, dollars, seconds)


def _by_agent(agents: Iterable[AgentMetrics]) -> dict[tuple[str, str], list[AgentMetrics]]:
    parts: dict[tuple[str, str], list[AgentMetrics]] = {}
    for agent in agents:
        parts.setdefault((agent.agent, agent.model), []).append(agent)
    return dict(sorted(parts.items()))


def _counter(name: str, help_: str, label: str, numbers: "Counter[str] | dict[str, float]") -> CounterMetricFamily:
    family = CounterMetricFamily(f"cloudprobe_{name}", help_, labels=(label,))
    for value, number in sorted(numbers.items()):
        family.add_metric([value], number)
    return family


def _sum(name: str, help_: str, number: float) -> CounterMetricFamily:
    return CounterMetricFamily(f"cloudprobe_{name}", help_, value=number)


def _histogram(numbers: Sequence[float], bounds: Sequence[float]) -> tuple[list[tuple[str, float]], float]:
    """Cumulative counts by upper bound, and the sum, as the client takes them."""
    counts = [(str(bound), float(sum(number <= bound for number in numbers))) for bound in bounds]
    return [*counts, ("+Inf", float(len(numbers)))], float(sum(numbers))
