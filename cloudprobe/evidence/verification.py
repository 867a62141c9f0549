"""Whether a package is whole and hangs together: digests, the chain from script to access, evidence, and a replay."""

import tempfile
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from cloudprobe.domain.agents import LeafSource, StructuredDraft
from cloudprobe.domain.report import Evidence, Report, ReportRun
from cloudprobe.errors import CloudprobeError, UsageError
from cloudprobe.evidence import archive
from cloudprobe.evidence.citations import Citations
from cloudprobe.evidence.completeness import damage
from cloudprobe.evidence.package import Package, read
from cloudprobe.evidence.record import RecordedRun
from cloudprobe.evidence.replaying import replay_all
from cloudprobe.guard.policy import allowed_actions, compare, policy_of, script_digest
from cloudprobe.guard.policy import digest as policy_digest
from cloudprobe.reports.structured.checking import checked
from cloudprobe.reports.structured.schemas import check_schema, without_patterns
from cloudprobe.sandbox.recording import Recording

_PROBLEMS = 50
_SAID = {
    "whole": "{count} files, each with the digest it should have, and nothing else",
    "digest": "the SHA-256 is the one that was told",
    "chain": "script, policy, permit, recording and report agree, runs: {count}",
    "evidence": "claims lead to what is recorded, places: {count}",
    "replay": "replayed equal without any cloud, runs: {count}",
}

_WRONG = {
    "whole": "the package is not whole",
    "digest": "the SHA-256 is not the one that was told",
    "chain": "script, policy, permit, recording and report do not agree",
    "evidence": "claims do not lead to what is recorded",
    "replay": "a script gives something else on its recording",
}


@dataclass(slots=True)
class Check:
    """One thing that was looked at: how many of it there are, and what is wrong."""

    name: str
    count: int = 0
    problems: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    @property
    def ok(self) -> bool:
        return not self.problems

    def said(self) -> str:
        return _SAID[self.name].format(count=self.count) if self.ok else _WRONG[self.name]

    def to_json(self) -> dict[str, Any]:
        return {
            "name": self.name,
            "ok": self.ok,
            "count": self.count,
            "problems": self.problems[:_PROBLEMS],
            "notes": self.notes[:_PROBLEMS],
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Verification:
    sha256: str
    """Of the package; compare it with the one its author told."""
    inspection_id: str
    checks: tuple[Check, ...]

    @property
    def ok(self) -> bool:
        return all(check.ok for check in self.checks)

    def to_json(self) -> dict[str, Any]:
        return {
            "verified": self.ok,
            "sha256": self.sha256,
            "inspection_id": self.inspection_id,
            "checks": [check.to_json() for check in self.checks],
        }


def verify(
    path: Path, *, sha256: str = "", replay: bool = False, cancel: threading.Event | None = None
) -> Verification:
    """Check a package of anybody's. What is wrong with it is said, not raised.

    Args:
        path: of the file.
        sha256: what its author said its digest is; not compared when empty.
        replay: also run its scripts again on their recordings, in the sandbox.
        cancel: ends the replay when set.

    Raises:
        StoreError: the file cannot be read.
    """
    whole = Check("whole")
    told = (_digest(path, sha256.strip().lower()),) if sha256 else ()
    with tempfile.TemporaryDirectory(prefix="cloudprobe-package-") as folder:
        try:
            found = archive.unpack(path, Path(folder))
            package = read(path, Path(folder), found)
        except CloudprobeError as error:
            whole.problems.append(error.message)
            return Verification(sha256=archive.file_sha256(path), inspection_id="", checks=(*told, whole))
        whole.count = len(found)
        checks = [*told, whole, _guarded("chain", package, _chain), _guarded("evidence", package, _evidence)]
        if replay and all(check.ok for check in checks):
            checks.append(_replay(package, cancel))
        return Verification(sha256=package.sha256, inspection_id=package.manifest.inspection_id, checks=tuple(checks))


def _digest(path: Path, told: str) -> Check:
    check = Check("digest", count=1)
    if (found := archive.file_sha256(path)) != told:
        check.problems.append(f"The SHA-256 is {found}, not {told}.")
    return check


def _guarded(name: str, package: Package, inspect: Callable[[Package, Check], None]) -> Check:
    """Look at something; what cannot even be read is a problem of the package."""
    check = Check(name)
    try:
        inspect(package, check)
    except (
        CloudprobeError,
        LookupError,
        TypeError,
        ValueError,
        AttributeError,
        ArithmeticError,
        RecursionError,
    ) as error:
        check.problems.append(f"It cannot be read: {type(error).__name__}: {error}")
    return check


def _chain(package: Package, check: Check) -> None:
    """Script, policy, permit, recording, manifest and report all speak of the same bytes."""
    record = package.record
    reported = {run.run_id: run for run in record.report.runs}
    if tuple(reported) != tuple(run.run_id for run in record.runs):
        check.problems.append("The report tells of other runs than the package holds.")
    if record.report.inspection_id != package.manifest.inspection_id:
        check.problems.append(f"The report is of inspection {record.report.inspection_id}.")
    for run, listed in zip(record.runs, package.manifest.runs, strict=True):
        check.count += 1
        stated = {(run.permit.script_digest, run.permit.policy_digest), (listed.script_sha256, listed.policy_sha256)}
        stated.add(_recorded_digests(run))
        if run.run_id in reported:
            stated.add((reported[run.run_id].script_digest, reported[run.run_id].policy_digest))
            check.problems.extend(_run_differs(run, reported[run.run_id]))
        if stated != {(script_digest(run.probe.script), policy_digest(run.probe.policy))}:
            check.problems.append(f"Script, policy, permit, recording and report of run {run.run_id} do not agree.")
        if listed.probe_sha256 != run.probe.digest:
            check.problems.append(f"The probe of run {run.run_id} is not the one its digest names.")
        if wrong := damage(run):
            check.problems.append(wrong)
        check.notes.extend(_excess(run))


def _recorded_digests(run: RecordedRun) -> tuple[str, str]:
    header = Recording.load(run.recording).header
    return str(header.get("script_digest")), str(header.get("policy_digest"))


def _run_differs(run: RecordedRun, reported: ReportRun) -> Iterator[str]:
    same = (
        reported.script == run.probe.script
        and reported.policy == run.probe.policy
        and reported.variables == run.variables
        and reported.status is run.outcome.status
        and reported.access == run.outcome.access
    )
    if not same:
        yield f"The report says something else of run {run.run_id} than the run's own files."


def _excess(run: RecordedRun) -> Iterator[str]:
    """The policy once more derived from the script, independent of whoever wrote the package."""
    excess = compare(run.probe.policy, allowed_actions(policy_of(run.probe.script))).excess
    if excess:
        yield f"The policy of run {run.run_id} allows more than its code names: {', '.join(excess)}."


def _evidence(package: Package, check: Check) -> None:
    """Each claim of the report was made by a run, and leads to what is recorded."""
    claimed = {
        (run.run_id, finding.id, finding.title, finding.severity, finding.resource)
        for run in package.record.runs
        for finding in (run.outcome.result.findings if run.outcome.result else ())
    }
    citations = Citations(package.record)
    for finding in package.record.report.findings:
        if (finding.run_id, finding.id, finding.title, finding.severity, finding.resource) not in claimed:
            check.problems.append(f"No run of the package claims “{finding.title}” of {finding.resource}.")
        for evidence in finding.evidence:
            check.count += evidence.verified
            check.problems.extend(_does_not_lead(finding.title, evidence, citations))
    for said, evidence in _said(package.record.report):
        check.count += evidence.verified
        check.problems.extend(_does_not_lead(said, evidence, citations))
    check.problems.extend(_verdicts(package.record.report))
    check.problems.extend(_shape(package, citations))


def _shape(package: Package, citations: Citations) -> Iterator[str]:
    """The structured answer once more against its schema, and value by value against what is recorded."""
    answer, schema = package.record.report.structured, package.record.settings.answer_schema
    if answer is None or answer.refused:
        return
    try:
        check_schema(schema)
    except UsageError as error:
        yield f"The report has a structured answer, and no schema to hold it to. {error.message}"
        return
    held_to: dict[str, Any] = without_patterns(schema or {})
    given = {one.at for one in answer.values if one.derived == "schema"}
    shown = {one.evidence.pointer: one.evidence for one in answer.values if one.evidence}
    sources = tuple(
        LeafSource(at=one.at, source=one.evidence.pointer, derived=one.derived)
        for one in answer.values
        if one.evidence and one.derived != "schema"
    )
    draft = StructuredDraft(document=answer.document, sources=sources)
    again = checked(draft, held_to, lambda cited: citations.proof(shown[cited]), by=answer.by)
    for one in (one for one in again.unverified if one.at not in given):
        yield f"The structured answer is not shown at {one.at or 'its root'}: {one.why}"
    if again.refused and not again.unverified:
        yield f"The structured answer: {again.refused}"


def _said(report: Report) -> Iterator[tuple[str, Evidence]]:
    """What else the report states, with each place it names for it."""
    for claim in report.claims:
        yield from ((claim.text, evidence) for evidence in claim.evidence)
    for value in report.structured.values if report.structured else ():
        if value.evidence is not None:
            yield f"the structured answer at {value.at or 'its root'}", value.evidence


def _does_not_lead(said: str, evidence: Evidence, citations: Citations) -> Iterator[str]:
    if not evidence.verified:
        return
    match citations.verdict(evidence):
        case "nothing":
            yield f"Evidence {evidence.pointer} of “{said}” leads to nothing in the package."
        case "other":
            yield f"Evidence {evidence.pointer} of “{said}” is not the value that is recorded."


def _verdicts(report: Report) -> Iterator[str]:
    for finding in report.findings:
        proven = bool(finding.evidence) and all(evidence.verified for evidence in finding.evidence)
        if finding.verified != proven:
            yield f"“{finding.title}” is said to be {'verified' if finding.verified else 'unverified'} and is not."


def _replay(package: Package, cancel: threading.Event | None) -> Check:
    check = Check("replay")
    for run in replay_all(package.record, cancel=cancel):
        check.count += run.verdict == "equal"
        if run.verdict == "different":
            check.problems.extend(f"{run.run_id}: {difference}" for difference in run.differences)
        elif run.verdict == "cut":
            check.notes.append(f"{run.run_id} was cut short by a limit of the machine; there is no whole to compare.")
    return check
