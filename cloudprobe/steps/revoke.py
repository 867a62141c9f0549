"""Takes back every grant of the inspection; safe to repeat, and on every way out of ``execute``."""

from cloudprobe.domain.state import StateUpdate, WorkflowState, work_update
from cloudprobe.domain.work import WorkItem
from cloudprobe.ports import Ports


def revoke(state: WorkflowState, ports: Ports) -> StateUpdate:
    """Revoke by run id, not by what the state believes was granted.

    A grant step that failed half-way left a role behind without a grant in the state, so every run that got as far as
    an approval is revoked.
    """
    items = [WorkItem.model_validate(item) for item in state["work"].values()]
    granted = [item for item in items if item.permit_key and not item.revoked]
    for item in granted:
        ports.grantor.revoke(item.run_id)
    return StateUpdate(work=work_update([i.model_copy(update={"grant": None, "revoked": True}) for i in granted]))
