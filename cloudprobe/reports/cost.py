"""What an inspection cost: the calls of its runs as the broker metered them, and its exchanges with models."""

from collections.abc import Iterable, Sequence

from cloudprobe.domain.agents import CollectedRun
from cloudprobe.domain.conversation import ModelCall, TokenUsage
from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.report import Cost, ModelCost, PaidOperation
from cloudprobe.domain.spending import model_usd, unpriced
from cloudprobe.guard.estimate import price_of
from cloudprobe.reports.runs import total_paid


def cost(
    runs: Iterable[CollectedRun], calls: Sequence[ModelCall] = (), settings: InspectionSettings | None = None
) -> Cost:
    """The sum over all runs and all exchanges, each counted once.

    Args:
        runs: of the inspection, failed ones too: what they called is paid for.
        calls: its exchanges with models.
        settings: of the inspection, for the budgets it had.
    """
    paid = [_paid(operation, units) for operation, units in total_paid(run.usage for run in runs).items()]
    paid.sort(key=lambda one: (-one.usd, one.operation))
    calls_usd, models_usd = sum(one.usd for one in paid), model_usd(tuple(calls))
    usage = sum((call.usage for call in calls), TokenUsage())
    return Cost(
        usd=round(calls_usd + models_usd, 12),
        calls_usd=round(calls_usd, 12),
        model_usd=round(models_usd, 12),
        unpriced=unpriced(tuple(calls)),
        operations=tuple(paid),
        models=_by_agent(calls),
        usage=usage,
        cache_read_share=read_share(usage),
        budget_usd=settings.budget_usd if settings else None,
        budget_seconds=settings.budget_seconds if settings else None,
    )


def read_share(usage: TokenUsage) -> float | None:
    """Of the tokens sent, those that were read from a cache; None where none were sent."""
    sent = usage.input + usage.cache_read + usage.cache_write
    return round(usage.cache_read / sent, 4) if sent else None


def _paid(operation: str, units: float) -> PaidOperation:
    usd, per = price_of(operation)
    return PaidOperation(
        operation=operation, units=units, per=per.partition(",")[0].partition(";")[0], usd=round(units * usd, 12)
    )


def _by_agent(calls: Sequence[ModelCall]) -> tuple[ModelCost, ...]:
    parts: dict[tuple[int, str, str], list[ModelCall]] = {}
    for call in calls:
        parts.setdefault((call.iteration, call.agent, call.model), []).append(call)
    return tuple(
        ModelCost(
            agent=agent,
            iteration=iteration,
            model=model,
            exchanges=len(had),
            usage=sum((call.usage for call in had), TokenUsage()),
            usd=None if unpriced(tuple(had)) else round(model_usd(tuple(had)), 12),
        )
        for (iteration, agent, model), had in parts.items()
    )
