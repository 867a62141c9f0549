"""Validation: what a proposed script may do is derived from its code, checked against the ceiling, and signed off."""

import hashlib

from cloudprobe.domain.agents import CodeGeneratorOutput, Feedback
from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.probe import Probe
from cloudprobe.domain.state import StateUpdate, WorkflowState, settings_of, work_of, work_update
from cloudprobe.domain.work import WorkItem, WorkStatus
from cloudprobe.guard.policy import allowed_actions
from cloudprobe.guard.validation import ProbeDraft, Verdict
from cloudprobe.guard.validation import validate as judge
from cloudprobe.ports import Ports
from cloudprobe.steps.artifacts import encode, encode_json, load, permit_key, probe_key


def validate(state: WorkflowState, ports: Ports) -> StateUpdate:
    settings = settings_of(state)
    items = [_validate(item, settings, ports) for item in work_of(state, WorkStatus.GENERATED)]
    return StateUpdate(work=work_update(items))


def _validate(item: WorkItem, settings: InspectionSettings, ports: Ports) -> WorkItem:
    proposal = load(CodeGeneratorOutput, item.probe_key, ports.artifacts)
    verdict = judge(
        ProbeDraft(
            script=proposal.script,
            dependencies=tuple((d.name, d.version) for d in proposal.dependencies),
            policy=proposal.policy,
        ),
        accounts=(item.account or settings.account,),
        data_class=settings.data_class,
        data_resources=settings.data_resources,
        supplement=tuple((extra.operation, extra.action) for extra in item.supplement),
    )
    if not verdict.accepted or verdict.permit is None:
        return item.model_copy(
            update={"status": WorkStatus.REJECTED, "feedback": (*item.feedback, *_feedback(verdict))}
        )
    probe = Probe(
        script=verdict.script,
        dependencies=proposal.dependencies,
        policy=verdict.policy,
        template=proposal.template,
        description=item.prompt.description,
    )
    ports.artifacts.put(probe_key(item.run_id), encode(probe))
    permit = encode_json(verdict.permit.to_json())
    ports.artifacts.put(permit_key(item.run_id), permit)
    return item.model_copy(
        update={
            "status": WorkStatus.VALIDATED,
            "probe_key": probe_key(item.run_id),
            "permit_key": permit_key(item.run_id),
            "actions": allowed_actions(verdict.policy),
            "policy_excess": verdict.excess,
            "script_digest": verdict.digests.script,
            "policy_digest": verdict.digests.policy,
            "permit_digest": hashlib.sha256(permit).hexdigest(),
        }
    )


def _feedback(verdict: Verdict) -> tuple[Feedback, ...]:
    """What made it unacceptable; remarks that did not are left out."""
    return tuple(
        Feedback(source="validate", code=f.code, message=f.message, line=f.line, hint=f.hint)
        for f in verdict.findings
        if f.severity == "error"
    )
