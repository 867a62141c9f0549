"""Many inspections summed up: how many, how they ended, how long they took, what they cost, what went wrong."""

from collections import Counter
from collections.abc import Iterable, Sequence

from pydantic import Field

from cloudprobe.domain.conversation import TokenUsage
from cloudprobe.domain.metrics import AgentMetrics, Metrics
from cloudprobe.domain.model import Model

_HALF, _NEARLY_ALL = 0.5, 0.95
_DATE_CHARACTERS = 10


class Spread(Model):
    """Of some numbers."""

    total: float = 0.0
    p50: float | None = None
    """None: there is none."""
    p95: float | None = None


class AgentStatistics(Model):
    """One agent with one model."""

    agent: str
    model: str
    exchanges: int
    succeeded: float
    """Share of exchanges that gave a whole answer."""
    repaired: float
    """Share of exchanges that asked again."""
    seconds: Spread
    usage: TokenUsage
    cache_read: float | None = None
    """Share of the tokens sent that were read from a cache."""
    usd: float | None = None
    """None: the price of one of them is not known."""
    failures: dict[str, int] = Field(default_factory=dict)


class DayStatistics(Model):
    day: str
    """``2026-11-24``, UTC."""
    inspections: int
    answered: int
    """Also those that found nothing wrong."""
    seconds: float | None = None
    """At the median."""
    usd: float = 0.0


class Statistics(Model):
    inspections: int = 0
    """That came to a report."""
    outcomes: dict[str, int] = Field(default_factory=dict)
    unfinished: dict[str, int] = Field(default_factory=dict)
    """By status; they are in no other number."""
    unread: int = 0
    """Finished ones whose numbers are missing or damaged."""
    seconds: Spread = Spread()
    own_seconds: Spread = Spread()
    """Outside models and runs."""
    usd: Spread = Spread()
    calls_usd: float = 0.0
    model_usd: float = 0.0
    unpriced: int = 0
    """Exchanges of no known price."""
    probes: int = 0
    probes_succeeded: int = 0
    retries: int = 0
    policy_excess: int = 0
    """Actions that policies of runs allowed and no code needed."""
    retry_rate: float | None = None
    """Retries by probe."""
    with_templates: float | None = None
    """Share of the inspections that ran anything whose every probe came from the library."""
    failures: dict[str, int] = Field(default_factory=dict)
    """Most frequent first."""
    agents: tuple[AgentStatistics, ...] = ()
    days: tuple[DayStatistics, ...] = ()
    """Oldest first; a day without inspections is not among them."""


_ANSWERED = frozenset({"answered", "nothing_found"})


def summed_up(found: Sequence[Metrics], *, unfinished: Iterable[str] = (), unread: int = 0) -> Statistics:
    """The statistics of finished inspections.

    Args:
        found: one each.
        unfinished: the status of each one that has none.
        unread: number of finished ones whose numbers cannot be read.
    """
    failures: Counter[str] = Counter()
    for one in found:
        failures.update(one.failures)
    ran = [one for one in found if one.probes]
    probes, retries = sum(one.probes for one in found), sum(one.retries for one in found)
    return Statistics(
        inspections=len(found),
        outcomes=dict(Counter(one.outcome for one in found).most_common()),
        unfinished=dict(Counter(unfinished).most_common()),
        unread=unread,
        seconds=spread([one.seconds for one in found]),
        own_seconds=spread([one.own_seconds for one in found]),
        usd=spread([one.usd for one in found]),
        calls_usd=round(sum(one.calls_usd for one in found), 9),
        model_usd=round(sum(one.model_usd for one in found), 9),
        unpriced=sum(one.unpriced for one in found),
        probes=probes,
        probes_succeeded=sum(one.probes_succeeded for one in found),
        retries=retries,
        policy_excess=sum(one.policy_excess for one in found),
        retry_rate=round(retries / probes, 4) if probes else None,
        with_templates=round(sum(one.served_by_templates for one in ran) / len(ran), 4) if ran else None,
        failures=dict(failures.most_common()),
        agents=_agents(found),
        days=_days(found),
    )


def spread(numbers: Sequence[float]) -> Spread:
    ordered = sorted(numbers)
    return Spread(total=round(sum(ordered), 9), p50=_percentile(ordered, _HALF), p95=_percentile(ordered, _NEARLY_ALL))


def _percentile(ordered: Sequence[float], share: float) -> float | None:
    """Between the two nearest, in proportion."""
    if not ordered:
        return None
    place = (len(ordered) - 1) * share
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return round(ordered[below] + (ordered[above] - ordered[below]) * (place - below), 6)


def _agents(found: Iterable[Metrics]) -> tuple[AgentStatistics, ...]:
    parts: dict[tuple[str, str], list[AgentMetrics]] = {}
    for metrics in found:
        for agent in metrics.agents:
            parts.setdefault((agent.agent, agent.model), []).append(agent)
    return tuple(_agent(agent, model, had) for (agent, model), had in sorted(parts.items()))


def _agent(agent: str, model: str, parts: Sequence[AgentMetrics]) -> AgentStatistics:
    exchanges = sum(part.exchanges for part in parts)
    usage = sum((part.usage for part in parts), TokenUsage())
    sent = usage.input + usage.cache_read + usage.cache_write
    failures: Counter[str] = Counter()
    for part in parts:
        failures.update(part.failures)
    prices = [part.usd for part in parts]
    return AgentStatistics(
        agent=agent,
        model=model,
        exchanges=exchanges,
        succeeded=_share(exchanges - sum(failures.values()), exchanges),
        repaired=_share(sum(part.repairs for part in parts), exchanges),
        seconds=spread([seconds for part in parts for seconds in part.seconds]),
        usage=usage,
        cache_read=_share(usage.cache_read, sent) if sent else None,
        usd=None if None in prices else round(sum(price for price in prices if price is not None), 9),
        failures=dict(failures.most_common()),
    )


def _share(part: int, whole: int) -> float:
    return round(part / whole, 4) if whole else 0.0


def _days(found: Iterable[Metrics]) -> tuple[DayStatistics, ...]:
    days: dict[str, list[Metrics]] = {}
    for one in found:
        if one.started:
            days.setdefault(one.started[:_DATE_CHARACTERS], []).append(one)
    return tuple(
        DayStatistics(
            day=day,
            inspections=len(on),
            answered=sum(one.outcome in _ANSWERED for one in on),
            seconds=spread([one.seconds for one in on]).p50,
            usd=round(sum(one.usd for one in on), 9),
        )
        for day, on in sorted(days.items())
    )
