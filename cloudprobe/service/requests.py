"""What is asked over HTTP and what is answered, and how far a request may go."""

from typing import Any, Literal

from pydantic import Field

from cloudprobe.domain.inspection import (
    MAX_ITERATIONS,
    MAX_QUESTION_CHARACTERS,
    MAX_RETRIES,
    InspectionRecord,
    InspectionSettings,
)
from cloudprobe.domain.model import Model
from cloudprobe.errors import RefusedError
from cloudprobe.service.callers import Caller

_CLASSES = ("metadata", "logs", "data")


class InspectRequest(Model):
    """A question, and how it is to be looked into. Whatever is left away is as narrow as the caller's own bounds."""

    question: str = Field(min_length=1, max_length=MAX_QUESTION_CHARACTERS)
    regions: tuple[str, ...] = Field(default=(), max_length=100)
    """Region names, or ``*`` alone for every enabled one."""
    data_class: Literal["metadata", "logs", "data"] = "metadata"
    data_resources: tuple[str, ...] = Field(default=(), max_length=100)
    max_iterations: int = Field(default=MAX_ITERATIONS, ge=1, le=MAX_ITERATIONS)
    max_retries: int = Field(default=MAX_RETRIES, ge=0, le=MAX_RETRIES)
    budget_usd: float | None = Field(default=None, gt=0)
    budget_seconds: float | None = Field(default=None, gt=0)
    mask: bool = False


class InspectionView(Model):
    """An inspection as its caller sees it."""

    id: str
    question: str
    status: Literal["queued", "running", "interrupted", "finished"]
    outcome: str = ""
    """Once it is finished: ``answered``, ``nothing_found``, ``unanswered``, …"""
    answer: str = ""
    created: str
    updated: str
    links: dict[str, str]


def view_of(
    record: InspectionRecord, status: Literal["queued", "running", "interrupted", "finished"]
) -> InspectionView:
    return InspectionView(
        id=record.id,
        question=record.question,
        status=status,
        outcome=record.outcome.value if record.outcome else "",
        answer=record.answer,
        created=record.created,
        updated=record.updated,
        links={"status": f"/status/{record.id}", "results": f"/results/{record.id}"},
    )


def settings_for(request: InspectRequest, caller: Caller, base: InspectionSettings) -> InspectionSettings:
    """The settings of the inspection: what the service was started with, narrowed by the caller's bounds and wish.

    Raises:
        RefusedError: the wish goes beyond the caller's bounds.
    """
    _check(request, caller)
    wanted: dict[str, Any] = {
        "caller": caller.name,
        "regions": request.regions or caller.regions or base.regions,
        "data_class": request.data_class,
        "data_resources": request.data_resources,
        "max_iterations": min(request.max_iterations, base.max_iterations),
        "max_retries": min(request.max_retries, base.max_retries),
        "budget_usd": _least(request.budget_usd, caller.budget_usd, base.budget_usd),
        "budget_seconds": _least(request.budget_seconds, caller.budget_seconds, base.budget_seconds),
        "mask": request.mask or base.mask,
    }
    return base.model_copy(update=wanted)


def _check(request: InspectRequest, caller: Caller) -> None:
    if _CLASSES.index(request.data_class) > _CLASSES.index(caller.data_class):
        raise RefusedError(
            f"The data class {request.data_class} is wider than {caller.data_class}, which {caller.name} may ask for."
        )
    if caller.regions and (outside := [region for region in request.regions if region not in caller.regions]):
        raise RefusedError(
            f"{caller.name} may not ask about {', '.join(outside)}.", hint=f"It may about {', '.join(caller.regions)}."
        )
    if request.data_class == "data" and not request.data_resources:
        raise RefusedError("The data class data needs data_resources: the ARNs whose content may be read.")
    if caller.data_resources and (other := set(request.data_resources) - set(caller.data_resources)):
        raise RefusedError(f"{caller.name} may not have read what {', '.join(sorted(other))} holds.")


def _least(*bounds: float | None) -> float | None:
    return min((bound for bound in bounds if bound is not None), default=None)
