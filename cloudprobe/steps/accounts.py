"""Several accounts in one inspection: they are looked at side by side, and one that fails is a gap and not the end."""

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from cloudprobe.domain.agents import Feedback
from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.work import WorkItem, WorkStatus
from cloudprobe.errors import CloudprobeError, TemporaryError

T = TypeVar("T")
_AT_ONCE = 4
"""Each run is a process of its own, and an organisation's accounts may share limits of rate."""


def spans_accounts(settings: InspectionSettings) -> bool:
    return len(settings.inspected) > 1


def side_by_side(
    settings: InspectionSettings, run: Callable[[WorkItem], T], items: Sequence[WorkItem]
) -> list[tuple[WorkItem, T]]:
    """What came of each item, in their order; in one account one after another.

    An exception is raised once whatever runs has ended.
    """
    if not spans_accounts(settings):
        return [(item, run(item)) for item in items]
    with ThreadPoolExecutor(max_workers=_AT_ONCE) as pool:
        return list(zip(items, pool.map(run, items), strict=True))


def without_access(item: WorkItem, error: CloudprobeError) -> WorkItem:
    """The item of an account that could not be reached: tried again where that may help, else a gap."""
    temporary = isinstance(error, TemporaryError)
    note = Feedback(
        source="execute", code=type(error).__name__, message=error.message, hint=error.hint, temporary=temporary
    )
    status = WorkStatus.FAILED if temporary else WorkStatus.ABANDONED
    return item.model_copy(update={"status": status, "feedback": (*item.feedback, note)})
