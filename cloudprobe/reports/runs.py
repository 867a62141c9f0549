"""Each run with its script and policy, and the findings it claims."""

import hashlib
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any

from pydantic import RootModel

from cloudprobe.domain.agents import CollectedRun
from cloudprobe.domain.inventory import Inventory
from cloudprobe.domain.probe import Probe, ProbeFinding, ProbeResult
from cloudprobe.domain.report import ReportFinding, ReportRun
from cloudprobe.domain.run import AccessFigures, RunError, RunOutcome, Usage
from cloudprobe.domain.work import WorkItem
from cloudprobe.ports import RecordingStore
from cloudprobe.reports.checking.claims import Circumstances, unresolved
from cloudprobe.reports.checking.commands import without_commands
from cloudprobe.reports.checking.grounds import Grounds
from cloudprobe.reports.checking.marks import marks
from cloudprobe.reports.evidence import Proof, RunEvidence
from cloudprobe.reports.failures import squeezed
from cloudprobe.reports.material import Material
from cloudprobe.reports.stored import StoredParts

if TYPE_CHECKING:
    from cloudprobe.reports.conclusion import Known

_ARN_REGION = 3
_ARN_PARTS = 6


class _Document(RootModel[dict[str, Any]]):
    """An artefact that is any JSON object."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RunPart:
    run: ReportRun
    findings: tuple[ReportFinding, ...]
    doubted: bool = False
    """A generated script's sentence about its result names what the result does not hold."""


class RunReader:
    """Reads runs one at a time, because a result may be large and only its findings stay."""

    def __init__(
        self,
        material: Material,
        parts: StoredParts,
        recordings: RecordingStore,
        inventory: Inventory,
        *,
        known: "Known",
    ) -> None:
        self._known = known
        self._material = material
        self._items = {item.run_id: item for item in material.work if item.run_id}
        self._parts = parts
        self._recordings = recordings
        self._inventory = inventory

    def read(self, run: CollectedRun) -> RunPart:
        outcome = self._parts.artifact(RunOutcome, run.outcome_key, f"the result of run {run.run_id}")
        doubted = bool(not run.template and outcome and outcome.result and _overstated(outcome.result, run.variables))
        findings = () if self._material.only_cited(run) else self._findings(run, outcome)
        return RunPart(run=self._run(run, outcome), findings=findings, doubted=doubted)

    def _run(self, run: CollectedRun, outcome: RunOutcome | None) -> ReportRun:
        item = self._items.get(run.run_id)
        probe = self._probe(run.run_id, item)
        return ReportRun(
            run_id=run.run_id,
            account=run.account,
            template=run.template,
            variables=run.variables,
            status=run.status,
            summary=run.summary,
            script=probe.script if probe else "",
            script_digest=hashlib.sha256(probe.script.encode()).hexdigest() if probe else "",
            policy=probe.policy if probe else {},
            policy_digest=self._policy_digest(run.run_id, item),
            proposed_excess=item.proposed_excess if item else (),
            proposed_missing=item.proposed_missing if item else (),
            access=run.access,
            figures=figures((run,)),
            denials=run.denials,
            usage=outcome.usage if run.as_of and outcome else run.usage,
            as_of=run.as_of,
            isolation=outcome.isolation if outcome else "",
            limit=outcome.limit if outcome else "",
            error=_read(outcome.error) if outcome and outcome.error else None,
        )

    def _probe(self, run_id: str, item: WorkItem | None) -> Probe | None:
        """What validation signed off for this run; an earlier attempt's stands only under the run's own id."""
        keys = (f"{run_id}/probe.json", item.probe_key if item else "")
        probe = self._parts.first_artifact(Probe, keys)
        if probe is None:
            self._parts.note(f"the script of run {run_id}", "It is missing from the data folder or cannot be read.")
        return probe

    def _policy_digest(self, run_id: str, item: WorkItem | None) -> str:
        if item and item.policy_digest:
            return item.policy_digest
        permit = self._parts.first_artifact(_Document, (f"{run_id}/permit.json",))
        return str(permit.root.get("policy_digest", "")) if permit else ""

    def _findings(self, run: CollectedRun, outcome: RunOutcome | None) -> tuple[ReportFinding, ...]:
        if outcome is None or outcome.result is None:
            return ()
        evidence = RunEvidence(run.run_id, outcome.result, self._recordings, as_of=run.as_of)
        said = _Said(outcome.result, run.variables)
        findings = tuple(self._finding(run, finding, evidence, said) for finding in outcome.result.findings)
        if evidence.unreadable:
            self._parts.note(f"the recording of run {run.run_id}", evidence.unreadable)
        return findings

    def evidence(self, run_id: str) -> RunEvidence | None:
        """Resolves citations of one run; None where it is not among those collected or gave no result."""
        run = next((run for run in self._material.collected if run.run_id == run_id), None)
        outcome = self._parts.first_artifact(RunOutcome, (run.outcome_key,)) if run else None
        if run is None or outcome is None or outcome.result is None:
            return None
        return RunEvidence(run_id, outcome.result, self._recordings, as_of=run.as_of)

    def _finding(self, run: CollectedRun, finding: ProbeFinding, evidence: RunEvidence, said: "_Said") -> ReportFinding:
        found = evidence.proofs(finding)
        proofs = tuple(proof.evidence for proof in found)
        missing = said.unresolved(finding, found)
        if not run.template:  # a script of unknown worth may print whatever it was told to
            named = dict.fromkeys((finding.resource, *_ARN.findall(finding.title)))
            missing = tuple(dict.fromkeys((*missing, *(one for one in named if not self._known.about(one)))))
        return ReportFinding(
            id=finding.id,
            title=finding.title,
            severity=finding.severity,
            resource=finding.resource,
            account=run.account,
            region=self._region(finding.resource),
            fix=self._fix(run, finding),
            run_id=run.run_id,
            evidence=proofs,
            unresolved=missing,
            verified=bool(proofs) and all(proof.verified for proof in proofs) and not missing,
        )

    def _fix(self, run: CollectedRun, finding: ProbeFinding) -> str:
        """Commands of the library are reviewed; those of a generated script are offered only where they are real."""
        if run.template:
            return finding.fix
        text, refused = without_commands(finding.fix, known=self._known)
        return f"{text}: {refused}" if refused else text

    def _region(self, resource: str) -> str:
        item = self._inventory.items.get(resource)
        if item and item.region:
            return item.region
        parts = resource.split(":", _ARN_PARTS - 1)
        return parts[_ARN_REGION] if len(parts) == _ARN_PARTS and parts[0] == "arn" else ""


def _overstated(result: ProbeResult, variables: dict[str, Any]) -> bool:
    facts = {name: value for name, value in result.facts.items() if name != "summary"}
    resources = [resource.model_dump(mode="json") for resource in result.resources]
    grounds = Grounds((facts, resources, result.coverage.regions, variables), figures=(len(result.findings),))
    return not all(map(grounds.support, marks(result.summary)))


_ARN = re.compile(r"arn:[a-z-]+:[^\s\"'`<>|)\]},;]+")


class _Said:
    """What a run's script gave besides its claims: the findings of one run share it, so it is read once."""

    def __init__(self, result: ProbeResult, variables: dict[str, Any]) -> None:
        self._values = (result.model_dump(mode="json", exclude={"findings", "next"}), variables)

    @cached_property
    def _grounds(self) -> Grounds:
        return Grounds(self._values)

    def unresolved(self, finding: ProbeFinding, proofs: tuple[Proof, ...]) -> tuple[str, ...]:
        missing = unresolved(finding.title, proofs, Circumstances(known=(finding.resource,)))
        return tuple(text for text in missing if not all(map(self._grounds.support, marks(text))))


def distinct(findings: Iterable[ReportFinding]) -> tuple[ReportFinding, ...]:
    """Each claim once, worst first, and what is proven before what is not.

    The same kind about the same resource in other words is another claim: one policy may hold two statements that
    deny, and dropping one would hide it.
    """
    best: dict[tuple[str, str, str, str], ReportFinding] = {}
    for finding in findings:
        claim = (finding.id, finding.account, finding.resource, finding.title)
        known = best.get(claim)
        if known is None or _weight(finding) < _weight(known):
            best[claim] = finding
    return tuple(sorted(best.values(), key=lambda f: (f.severity.rank, not f.verified)))


def _weight(finding: ReportFinding) -> tuple[bool, int]:
    return (not finding.verified, finding.severity.rank)


def _read(error: RunError) -> RunError:
    """For a person: what it says over and over, once."""
    return error.model_copy(update={"message": squeezed(error.message)})


def figures(runs: Iterable[CollectedRun]) -> AccessFigures:
    """Granted, used, denied, and what was for nothing, of several runs together: each operation counts once."""
    counted = list(runs)
    granted = {operation for run in counted for operation in run.access.granted}
    used = {operation for run in counted for operation in run.access.used}
    excess = tuple(sorted({action for run in counted for action in run.policy_excess}))
    return AccessFigures(
        granted=len(granted),
        used=len(used),
        denied=len({operation for run in counted for operation in run.access.denied}),
        hidden=len({role for run in counted for role in run.access.hidden}),
        policy_excess=len(excess),
        excess_actions=excess,
        not_reached=tuple(sorted(granted - used)),
    )


def total_usage(runs: Iterable[CollectedRun]) -> Usage:
    """Of all runs together; the peak is the largest of any."""
    used = [run.usage for run in runs]
    return Usage(
        wall_seconds=round(sum(usage.wall_seconds for usage in used), 4),
        cpu_seconds=round(sum(usage.cpu_seconds for usage in used), 4),
        peak_memory_bytes=max((usage.peak_memory_bytes for usage in used), default=0),
        calls=sum(usage.calls for usage in used),
        response_bytes=sum(usage.response_bytes for usage in used),
        usd=round(sum(usage.usd for usage in used), 12),
        paid=total_paid(used),
    )


def total_paid(used: Iterable[Usage]) -> dict[str, float]:
    """Units by operation, over all runs."""
    units: dict[str, float] = {}
    for usage in used:
        for operation, number in usage.paid.items():
            units[operation] = units.get(operation, 0.0) + number
    return dict(sorted(units.items()))
