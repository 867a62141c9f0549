"""What a completed step did, in a few words: for the display and the report's timeline."""

from collections import Counter
from collections.abc import Callable, Iterable

from cloudprobe.domain.agents import CollectedRun
from cloudprobe.domain.run import Grant
from cloudprobe.domain.state import WorkflowState, collected_of, decision_of, work_of
from cloudprobe.domain.transitions import Step
from cloudprobe.domain.work import WorkItem, WorkStatus
from cloudprobe.reports.failures import squeezed

_MOST_PARTS = 8


def note(step: Step, state: WorkflowState) -> str:
    """A sentence fragment; empty where the step's name says it all."""
    describe = _NOTES.get(step)
    return squeezed(describe(state)) if describe else ""


def _orchestrate(state: WorkflowState) -> str:
    return decision_of(state).reason


def _generate_prompt(state: WorkflowState) -> str:
    return _told((_name(item) for item in work_of(state)), between=", ")


def _generate_code(state: WorkflowState) -> str:
    items = [item for item in work_of(state) if item.attempt == state["attempt"]]
    return _told(
        f"{_name(item)}: {item.feedback[-1].message}"
        if item.status is WorkStatus.ABANDONED
        else f"known from run {item.run_id}: {_name(item)}"
        if item.status is WorkStatus.SUCCEEDED
        else f"{'template' if item.prompt.library else 'generated script'} {_name(item)}"
        for item in items
    )


def _validate(state: WorkflowState) -> str:
    items = [item for item in work_of(state) if item.attempt == state["attempt"]]
    told = (item for item in items if item.status not in {WorkStatus.ABANDONED, WorkStatus.SUCCEEDED})
    return _told(map(_verdict, told))


def _verdict(item: WorkItem) -> str:
    if item.status is WorkStatus.REJECTED:
        return f"{_name(item)} rejected: {item.feedback[-1].message}" if item.feedback else f"{_name(item)} rejected"
    said = f"script {item.script_digest[:12]} may do {_count(len(item.actions), 'action')}: {_listed(item.actions)}"
    return said + _proposed(item)


def _proposed(item: WorkItem) -> str:
    """How the policy its author proposed differs from the one that is granted."""
    parts = []
    if item.proposed_excess:
        parts.append(f"asked for {_listed(item.proposed_excess)} besides, which is not granted")
    if item.proposed_missing:
        parts.append(f"had not asked for {_listed(item.proposed_missing)}")
    return f" (its proposed policy {' and '.join(parts)})" if parts else ""


def _approve(state: WorkflowState) -> str:
    approved = work_of(state, WorkStatus.APPROVED)
    if not approved:
        return f"refused: {decision_of(state).reason}"
    return "as signed off: policy " + _told((item.policy_digest[:12] for item in approved), between=", ")


def _grant(state: WorkflowState) -> str:
    return _told((_given(i.grant) for i in work_of(state) if i.grant), between=", ")


def _given(grant: Grant) -> str:
    role = grant.role_arn.rpartition("/")[2]
    return {"role": f"role {role}", "session": f"session of {role}", "federation": "federation token"}[grant.path]


def _execute(state: WorkflowState) -> str:
    current = {item.run_id for item in work_of(state) if item.attempt == state["attempt"]}
    runs = [run for run in collected_of(state) if run.run_id in current]
    return _told(
        f"{run.status} with {_count(run.usage.calls, 'call')}, {_access(run)}" + (f": {run.error}" if run.error else "")
        for run in runs
    )


def _access(run: CollectedRun) -> str:
    access = run.access
    return (
        f"{len(access.granted)} granted, {len(access.used)} used, {len(access.denied)} denied, "
        f"policy excess {len(run.policy_excess)}"
    )


def _analyze(state: WorkflowState) -> str:
    findings = sum(sum(run.findings.values()) for run in collected_of(state))
    gaps = len(state["context"].get("gaps", ()))
    return f"{_count(findings, 'finding')}, " + (_count(gaps, "gap") if gaps else "complete")


def _aggregate(state: WorkflowState) -> str:
    counts = state["context"].get("inventory_counts", {})
    return ", ".join(f"{count} {kind}" for kind, count in counts.items())


_NOTES: dict[Step, Callable[[WorkflowState], str]] = {
    Step.ORCHESTRATE: _orchestrate,
    Step.GENERATE_PROMPT: _generate_prompt,
    Step.GENERATE_CODE: _generate_code,
    Step.VALIDATE: _validate,
    Step.APPROVE: _approve,
    Step.GRANT: _grant,
    Step.EXECUTE: _execute,
    Step.ANALYZE: _analyze,
    Step.AGGREGATE: _aggregate,
}


def _name(item: WorkItem) -> str:
    return item.prompt.template if item.prompt.library else item.prompt.description


def _told(parts: Iterable[str], *, between: str = "; ") -> str:
    """Each part once: what is done in many accounts is done in the same words."""
    counts = Counter(parts)
    shown = [part if times == 1 else f"{part} ({times} times)" for part, times in counts.most_common(_MOST_PARTS)]
    rest = len(counts) - _MOST_PARTS
    return between.join(shown) + (f"{between}and {rest} more" if rest > 0 else "")


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}{'' if number == 1 else 's'}"


def _listed(names: Iterable[str], *, most: int = 6) -> str:
    shown = list(names)
    rest = len(shown) - most
    return ", ".join(shown[:most]) + (f" and {rest} more" if rest > 0 else "")
