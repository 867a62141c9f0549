"""Takes back every grant of the inspection; safe to repeat, and on every way out of ``execute``."""

from cloudprobe.domain.state import StateUpdate, WorkflowState, work_update
from cloudprobe.domain.work import WorkItem
from cloudprobe.errors import CloudprobeError
from cloudprobe.ports import Ports


def revoke(state: WorkflowState, ports: Ports) -> StateUpdate:
    """Revoke by run id, not by what the state believes was granted.

    A grant step that failed half-way left a role behind without a grant in the state, so every run that got as far as
    an approval is revoked.
    """
    items = [WorkItem.model_validate(item) for item in state["work"].values()]
    granted = [item for item in items if item.permit_key and not item.revoked]
    failures = [failure for item in granted if (failure := _revoke(item, ports))]
    if failures:
        raise failures[0]
    return StateUpdate(work=work_update([i.model_copy(update={"grant": None, "revoked": True}) for i in granted]))


def _revoke(item: WorkItem, ports: Ports) -> CloudprobeError | None:
    """Why it could not be taken back; the others are all the same."""
    try:
        ports.grantor.revoke(item.run_id, account=item.account)
    except CloudprobeError as error:
        return error
    return None
