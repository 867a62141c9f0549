"""Validation: what a proposed script may do is derived from its code, checked against the ceiling, and signed off."""

import hashlib
import json
from collections.abc import Iterable

from cloudprobe.domain.agents import CodeGeneratorOutput, Feedback
from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.probe import Probe
from cloudprobe.domain.state import StateUpdate, WorkflowState, settings_of, work_of, work_update
from cloudprobe.domain.work import WorkItem, WorkStatus
from cloudprobe.guard.policy import allowed_actions, digest
from cloudprobe.guard.validation import ProbeDraft, Verdict
from cloudprobe.guard.validation import validate as judge
from cloudprobe.ports import Ports
from cloudprobe.steps.artifacts import encode, encode_json, load, permit_key, probe_key


def validate(state: WorkflowState, ports: Ports) -> StateUpdate:
    settings = settings_of(state)
    done = _Done(WorkItem.model_validate(item) for item in state["work"].values())
    items = [done.note(_validate(item, settings, ports, done)) for item in work_of(state, WorkStatus.GENERATED)]
    return StateUpdate(work=work_update(items))


class _Done:
    """Probes that gave a result, or are about to: an equal one would show nothing new."""

    def __init__(self, items: Iterable[WorkItem]) -> None:
        self._runs: dict[tuple[str, str, str], str] = {}
        for item in items:
            self.note(item)

    def note(self, item: WorkItem) -> WorkItem:
        if item.status in {WorkStatus.SUCCEEDED, WorkStatus.VALIDATED} and not item.prompt.library:
            self._runs.setdefault(self._key(item, item.script_digest), item.run_id)
        return item

    def equal(self, item: WorkItem, script_digest: str) -> str:
        """The run of an equal probe of another item; empty where there is none."""
        return self._runs.get(self._key(item, script_digest), "") if not item.prompt.library else ""

    @staticmethod
    def _key(item: WorkItem, script_digest: str) -> tuple[str, str, str]:
        return (item.account, script_digest, json.dumps(item.prompt.variables, sort_keys=True, default=str))


def _validate(item: WorkItem, settings: InspectionSettings, ports: Ports, done: _Done) -> WorkItem:
    proposal = load(CodeGeneratorOutput, item.probe_key, ports.artifacts)
    verdict = judge(
        ProbeDraft(
            script=proposal.script,
            dependencies=tuple((d.name, d.version) for d in proposal.dependencies),
            policy=proposal.policy,
        ),
        accounts=(item.account or settings.account,),
        regions=_regions(item, settings),
        data_class=settings.data_class,
        data_resources=settings.data_resources,
        supplement=tuple((extra.operation, extra.action) for extra in item.supplement),
    )
    if not verdict.accepted or verdict.permit is None:
        return item.model_copy(
            update={"status": WorkStatus.REJECTED, "feedback": (*item.feedback, *_feedback(verdict))}
        )
    if equal := done.equal(item, verdict.digests.script):
        return item.model_copy(update={"status": WorkStatus.REJECTED, "feedback": (*item.feedback, _repeated(equal))})
    probe = Probe(
        script=verdict.script,
        dependencies=proposal.dependencies,
        policy=verdict.policy,
        template=proposal.template,
        description=item.prompt.description,
        variables_digest=digest(item.prompt.variables),
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
            "proposed_excess": verdict.difference.excess,
            "proposed_missing": verdict.difference.missing,
            "script_digest": verdict.digests.script,
            "policy_digest": verdict.digests.policy,
            "permit_digest": hashlib.sha256(permit).hexdigest(),
        }
    )


def _regions(item: WorkItem, settings: InspectionSettings) -> tuple[str, ...]:
    """Where a run may look. A template keeps to the regions it is given; what a model wrote is kept to them."""
    if item.prompt.library or not settings.regions:
        return ("*",)
    return tuple(dict.fromkeys((*settings.regions, settings.home_region)))


def _repeated(run_id: str) -> Feedback:
    return Feedback(
        source="validate",
        code="repeated",
        message=f"An equal script with equal variables is run {run_id.partition('/')[2]} already.",
        hint="Use what it showed, and find out something else.",
    )


def _feedback(verdict: Verdict) -> tuple[Feedback, ...]:
    """What made it unacceptable; remarks that did not are left out."""
    return tuple(
        Feedback(source="validate", code=f.code, message=f.message, line=f.line, hint=f.hint)
        for f in verdict.findings
        if f.severity == "error"
    )
