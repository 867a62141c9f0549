"""Makes the access of each approved probe: a role with its policy under the ceiling."""

from cloudprobe.domain.run import GrantRequest
from cloudprobe.domain.state import StateUpdate, WorkflowState, settings_of, work_of, work_update
from cloudprobe.domain.work import WorkItem, WorkStatus
from cloudprobe.ports import Ports
from cloudprobe.steps.signed_off import signed_off


def grant(state: WorkflowState, ports: Ports) -> StateUpdate:
    data_class = settings_of(state).data_class
    items = [_grant(item, data_class, ports) for item in work_of(state, WorkStatus.APPROVED)]
    return StateUpdate(work=work_update(items))


def _grant(item: WorkItem, data_class: str, ports: Ports) -> WorkItem:
    probe, _ = signed_off(item, ports.artifacts)
    given = ports.grantor.grant(
        GrantRequest(
            run_id=item.run_id,
            policy=probe.policy,
            policy_digest=item.policy_digest,
            data_class=data_class,
        )
    )
    return item.model_copy(update={"status": WorkStatus.GRANTED, "grant": given})
