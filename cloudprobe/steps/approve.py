"""The last look before anything is granted: what goes on is exactly what validation signed off, and was approved."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from cloudprobe.domain.agents import Action, Decision
from cloudprobe.domain.approval import ApprovalRequest, RequestedAction
from cloudprobe.domain.inspection import InspectionSettings, Outcome
from cloudprobe.domain.state import StateUpdate, WorkflowState, collected_of, settings_of, work_of, work_update
from cloudprobe.domain.text import printable, shortened
from cloudprobe.domain.work import WorkItem, WorkStatus
from cloudprobe.errors import ApprovalNeededError, RefusedError
from cloudprobe.guard import actions as catalogue
from cloudprobe.guard.ceiling import tier
from cloudprobe.guard.policy import allow_statements, as_list
from cloudprobe.ports import Ports
from cloudprobe.steps.artifacts import approval_key, encode
from cloudprobe.steps.signed_off import signed_off

_MOST_REASONS = 8
_REASON_CHARACTERS = 300


def approve(state: WorkflowState, ports: Ports) -> StateUpdate:
    """Let pass what was approved before, and ask about the rest; one refusal refuses the iteration.

    Raises:
        ApprovalNeededError: nobody can be asked now. What is to be approved is stored, nothing is granted, and the
            inspection can be resumed.
    """
    items: list[WorkItem] = []
    needed: list[ApprovalNeededError] = []
    try:
        for item in work_of(state, WorkStatus.VALIDATED):
            try:
                items.append(_approve(item, state, ports))
            except ApprovalNeededError as error:
                needed.append(error)
    except RefusedError as refused:
        decision = Decision(action=Action.COMPLETE, reason=str(refused), outcome=Outcome.REFUSED)
        return StateUpdate(decision=decision.model_dump(mode="json"))
    if needed:
        raise _all_of(needed)
    return StateUpdate(work=work_update(items))


def _all_of(needed: Sequence[ApprovalNeededError]) -> ApprovalNeededError:
    """Everything that waits is told at once, so that it can be answered at once."""
    first, more = needed[0], len(needed) - 1
    if not more:
        return first
    others = "1 other policy waits" if more == 1 else f"{more} other policies wait"
    return ApprovalNeededError(f"{first.message} Beside it {others} for approval.", hint=first.hint)


def _approve(item: WorkItem, state: WorkflowState, ports: Ports) -> WorkItem:
    probe, _ = signed_off(item, ports.artifacts)
    request = _request(item, state, probe.policy)
    if ports.approver is None:
        if request.mode != "never":
            raise RefusedError("Approval was asked for, and there is nobody who could give it.")
    else:
        try:
            agreed = ports.approver.decide(request)
        except ApprovalNeededError:
            ports.artifacts.put(approval_key(item.run_id), encode(request))
            raise
        if not agreed:
            raise RefusedError(f"The policy {item.policy_digest[:12]} was not approved.", hint="Nothing was granted.")
    return item.model_copy(update={"status": WorkStatus.APPROVED})


def _request(item: WorkItem, state: WorkflowState, policy: dict[str, object]) -> ApprovalRequest:
    settings: InspectionSettings = settings_of(state)
    requested = tuple(described(policy))
    before = _classes_before(item.iteration, state)
    now = {_class(one.action): None for one in requested}
    new = tuple(one for one in now if one not in before) if item.iteration > 1 else ()
    return ApprovalRequest(
        inspection_id=state["inspection_id"],
        question=state["user_request"],
        run_id=item.run_id,
        iteration=item.iteration,
        description=item.prompt.description,
        mode=settings.approve,
        account=item.account or settings.account,
        data_class=settings.data_class,
        policy=policy,
        policy_digest=item.policy_digest,
        script_digest=item.script_digest,
        actions=requested,
        new_classes=new,
        because=tuple(_said_before(item.iteration, state)) if item.iteration > 1 else (),
    )


def described(policy: dict[str, Any]) -> Iterator[RequestedAction]:
    """What a policy allows, in words."""
    for statement in allow_statements(policy):
        for name in as_list(statement.get("Action")):
            known = catalogue.action(name)
            yield RequestedAction(
                action=name,
                meaning=known.description if known else "",
                tier=tier(name)[0],
                resources=tuple(as_list(statement.get("Resource"))),
            )


def _class(action: str) -> str:
    return f"{action.partition(':')[0]} {tier(action)[0]}"


def _classes_before(iteration: int, state: WorkflowState) -> frozenset[str]:
    items = (WorkItem.model_validate(item) for item in state["work"].values())
    return frozenset(_class(action) for item in items if item.iteration < iteration for action in item.actions)


def _said_before(iteration: int, state: WorkflowState) -> Iterator[str]:
    """What the iteration before suggested, then what it found."""
    runs = [run for run in collected_of(state) if run.iteration == iteration - 1]
    suggested = (
        f"{run.run_id} suggested {lead.template or lead.question or 'nothing'}"
        + (f" with {lead.variables}" if lead.variables else "")
        for run in runs
        for lead in run.next
    )
    found = (f"{one['run_id']} found: {one['statement']}" for one in _insights(iteration - 1, state))
    yield from (shortened(printable(text), _REASON_CHARACTERS) for text in _first((*suggested, *found)))


def _insights(iteration: int, state: WorkflowState) -> Iterable[dict[str, str]]:
    analyses = state["context"].get("analyses", {})
    return [one for one in analyses.get(str(iteration), {}).get("insights", ()) if isinstance(one, dict)]


def _first(texts: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(texts))[:_MOST_REASONS]
