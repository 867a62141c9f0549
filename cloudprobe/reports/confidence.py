"""How far an answer can be relied on: computed from what is proven, what is missing and what was denied."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

from cloudprobe.domain.agents import DataQuality
from cloudprobe.domain.inspection import Outcome
from cloudprobe.domain.probe import Severity, Skipped
from cloudprobe.domain.report import Confidence, ReportClaim, ReportFinding
from cloudprobe.reports.wording import counted

Level = Literal["high", "medium", "low", "none"]
Doubt = tuple[Level, str]
_LEVELS: tuple[Level, ...] = ("high", "medium", "low", "none")
_HALF = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Basis:
    """What an answer stands on."""

    outcome: Outcome
    findings: Sequence[ReportFinding]
    """Worst first."""
    claims: Sequence[ReportClaim] = ()
    """Of the answer, where a model wrote it."""
    quality: DataQuality
    seen: int
    """Things in the inventory."""
    missing: Sequence[Skipped]
    """Stored parts that could not be read."""
    known_calls: int = 0
    """Of runs that an earlier inspection made."""
    cut_short: bool = False
    """A budget ended before everything was looked at."""


def accusations(findings: Sequence[ReportFinding]) -> list[ReportFinding]:
    """The findings that accuse; notes do not."""
    return [finding for finding in findings if finding.severity is not Severity.INFO]


def unverified_key_claims(findings: Sequence[ReportFinding]) -> list[ReportFinding]:
    """Of the findings of the worst severity there is, those that are not proven."""
    accusing = accusations(findings)
    return [f for f in accusing if f.severity is accusing[0].severity and not f.verified]


def confidence(basis: Basis) -> Confidence:
    if not basis.quality.runs_succeeded:
        return Confidence(level="none", reason="No probe gave a result.")
    doubts = [*_of_course(basis), *_of_findings(basis), *_of_answer(basis), *_of_coverage(basis)]
    if not doubts:
        return Confidence(level="high", reason=_ground(basis))
    level = max((doubt for doubt, _ in doubts), key=_LEVELS.index)
    reasons = "; ".join(reason for _, reason in doubts)
    return Confidence(level=level, reason=f"{reasons[0].upper()}{reasons[1:]}.")


def _of_course(basis: Basis) -> Iterator[Doubt]:
    if basis.outcome not in {Outcome.ANSWERED, Outcome.NOTHING_FOUND}:
        yield "low", "the inspection ended before its answer was complete"
    elif basis.cut_short:
        yield "medium", "a budget ended before everything was looked at"
    if basis.missing:
        yield "low", f"{counted(len(basis.missing), 'stored part')} could not be read"
    if not basis.quality.calls and not basis.known_calls:
        yield "low", "the account was not asked anything"


def _of_findings(basis: Basis) -> Iterator[Doubt]:
    accusing = accusations(basis.findings)
    unverified = sum(not finding.verified for finding in accusing)
    if unverified:
        weak = bool(unverified_key_claims(basis.findings)) or unverified * _HALF > len(accusing)
        yield ("low" if weak else "medium"), f"{unverified:,} of {counted(len(accusing), 'finding')} unverified"
    unsourced = sum(f.verified and all(proof.call is None for proof in f.evidence) for f in accusing)
    if unsourced:
        yield "medium", f"{counted(unsourced, 'finding')} backed by the script's own result alone, by no call"


def _of_answer(basis: Basis) -> Iterator[Doubt]:
    """A model wrote it: what it names is checked, how it joins what it names is not."""
    unverified = [claim for claim in basis.claims if not claim.verified]
    if unverified:
        level: Level = "low" if any(claim.key for claim in unverified) else "medium"
        yield level, f"{len(unverified):,} of {counted(len(basis.claims), 'statement')} of the answer unverified"
    elif basis.claims:
        yield "medium", "a language model joined the recorded facts to the answer"


def _of_coverage(basis: Basis) -> Iterator[Doubt]:
    """Where nothing was found, what was not seen weighs more: the fault may be there."""
    weight: Level = "medium" if accusations(basis.findings) else "low"
    if basis.quality.runs_failed:
        yield weight, f"{counted(basis.quality.runs_failed, 'probe')} gave no result"
    if basis.quality.calls_denied:
        yield weight, f"{counted(basis.quality.calls_denied, 'operation')} denied to the probe"
    if basis.quality.truncated:
        yield weight, f"{counted(basis.quality.truncated, 'list')} cut short"
    if basis.quality.skipped:
        yield "medium", f"{counted(basis.quality.skipped, 'thing')} left out by the probe"
    if not basis.seen and not basis.findings:
        yield "medium", "nothing of the kind was seen in the account"


def _ground(basis: Basis) -> str:
    accusing = len(accusations(basis.findings))
    earlier = f" and {basis.known_calls:,} before" if basis.known_calls else ""
    looked = f"{counted(basis.quality.calls, 'call')} made{earlier}, none denied, nothing skipped or cut."
    if not accusing:
        return looked
    return f"{'The' if accusing == 1 else 'Each'} finding leads to recorded answers of the account; {looked}"
