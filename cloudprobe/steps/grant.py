"""Makes the access of each approved probe: a role with its policy under the ceiling."""

from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.run import GrantRequest
from cloudprobe.domain.state import StateUpdate, WorkflowState, settings_of, work_of, work_update
from cloudprobe.domain.work import WorkItem, WorkStatus
from cloudprobe.errors import AccessError, TemporaryError
from cloudprobe.guard.boundary import boundary_for
from cloudprobe.guard.signoff import sign_off
from cloudprobe.ports import Ports
from cloudprobe.steps.accounts import spans_accounts, without_access
from cloudprobe.steps.signed_off import signed_off


def grant(state: WorkflowState, ports: Ports) -> StateUpdate:
    settings = settings_of(state)
    items, failures = [], []
    for item in work_of(state, WorkStatus.APPROVED):
        try:
            items.append(_grant(item, settings, ports))
        except (AccessError, TemporaryError) as error:
            if not spans_accounts(settings):
                raise
            items.append(without_access(item, error))
            failures.append(error)
    if failures and len(failures) == len(items) and not state["collected_data"]:
        raise failures[0]  # no account can be reached at all: that is no gap but the end
    return StateUpdate(work=work_update(items))


def _grant(item: WorkItem, settings: InspectionSettings, ports: Ports) -> WorkItem:
    probe, permit = signed_off(item, ports.artifacts)
    boundary = boundary_for(probe.policy, account_id=item.account or settings.account, data_class=settings.data_class)
    sign_off(permit, script=probe.script, policy=probe.policy, ceiling=boundary.document)
    given = ports.grantor.grant(
        GrantRequest(
            run_id=item.run_id,
            account=item.account,
            policy=probe.policy,
            policy_digest=item.policy_digest,
            data_class=settings.data_class,
            operations=tuple(f"{allowed.service}:{allowed.operation}" for allowed in permit.operations),
        )
    )
    return item.model_copy(update={"status": WorkStatus.GRANTED, "grant": given})
