"""The last look before anything is granted: what goes on must be exactly what validation signed off."""

from cloudprobe.domain.agents import Action, Decision
from cloudprobe.domain.inspection import Outcome
from cloudprobe.domain.state import StateUpdate, WorkflowState, work_of, work_update
from cloudprobe.domain.work import WorkItem, WorkStatus
from cloudprobe.errors import RefusedError
from cloudprobe.ports import Ports
from cloudprobe.steps.signed_off import signed_off


def approve(state: WorkflowState, ports: Ports) -> StateUpdate:
    """Approval passes by itself; a package that was changed since validation does not."""
    try:
        items = [_approve(item, ports) for item in work_of(state, WorkStatus.VALIDATED)]
    except RefusedError as refused:
        decision = Decision(action=Action.COMPLETE, reason=str(refused), outcome=Outcome.REFUSED)
        return StateUpdate(decision=decision.model_dump(mode="json"))
    return StateUpdate(work=work_update(items))


def _approve(item: WorkItem, ports: Ports) -> WorkItem:
    signed_off(item, ports.artifacts)
    return item.model_copy(update={"status": WorkStatus.APPROVED})
