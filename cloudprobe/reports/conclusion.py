"""What a model concluded, as the report may show it: its claims checked, its fixes offered only where they are real."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from functools import cached_property
from typing import Any

from cloudprobe.domain.agents import UNSHOWN, Claim, CollectedRun
from cloudprobe.domain.inspection import Outcome
from cloudprobe.domain.inventory import Inventory
from cloudprobe.domain.probe import Skipped, Suggestion
from cloudprobe.domain.report import EvidenceCall, ReportClaim, ReportFix, ReportHypothesis
from cloudprobe.domain.run import RunOutcome
from cloudprobe.errors import CloudprobeError
from cloudprobe.guard import models
from cloudprobe.ports import RecordingStore
from cloudprobe.reports.checking.claims import Circumstances, ClaimChecker, figures_of
from cloudprobe.reports.checking.commands import offered
from cloudprobe.reports.checking.grounds import Grounds
from cloudprobe.reports.checking.marks import Mark, MarkKind, marks
from cloudprobe.reports.material import Material
from cloudprobe.reports.runs import RunReader
from cloudprobe.reports.stored import StoredParts

_ARN_PARTS = 6
_MOST_RECORDED = 2_000_000
"""Values; what lies beyond them is taken for unknown, so that a command that names it is not offered."""


class Known:
    """Whether a text was seen: AWS answered with it, or a person asked. Reads recordings only when it is asked.

    What a model or its script put into a call or a result proves nothing: commands name only what was answered.
    """

    def __init__(
        self, material: Material, parts: StoredParts, recordings: RecordingStore, inventory: Inventory
    ) -> None:
        self._material = material
        self._parts = parts
        self._recordings = recordings
        self._inventory = inventory

    def __call__(self, text: str) -> bool:
        return self._answered.has_text(text) or self._made_of_answers(text)

    def about(self, resource: str) -> bool:
        """Whether a script may speak of it: of what is in an inspected account, and of what AWS answered with."""
        parts = resource.split(":", _ARN_PARTS - 1)
        if len(parts) < _ARN_PARTS or parts[0] != "arn" or parts[4] in {"aws", *self._material.settings.inspected}:
            return True
        return self._answered.has_text(resource) or (not parts[4] and self._named(parts[5]))

    def supports(self, mark: Mark) -> bool:
        return self._grounds.support(mark)

    @cached_property
    def _grounds(self) -> Grounds:
        values = (value for run in self._material.collected for value in self._of(run))
        known = (self._material.question, *self._material.settings.inspected, *self._inventory.items)
        return Grounds(values, known=known, most=_MOST_RECORDED)

    @cached_property
    def _answered(self) -> Grounds:
        values = (value for run in self._material.collected for value in self._answers(run))
        known = (self._material.question, *self._material.settings.inspected)
        return Grounds(values, known=known, most=_MOST_RECORDED)

    def _made_of_answers(self, arn: str) -> bool:
        """An ARN that a script put together, of an inspected account and a name that AWS answered with."""
        if arn not in self._inventory.items:
            return False
        *_, account, resource = arn.split(":", _ARN_PARTS - 1)
        if account and account not in self._material.settings.inspected:
            return False
        return self._named(resource)

    def _named(self, resource: str) -> bool:
        """Whether AWS answered with the name in the last part of an ARN."""
        name = resource.removesuffix(":*")
        parts = (name, re.split("[:/]", name, maxsplit=1)[-1], re.split("[:/]", name)[-1])
        return any(map(self._answered.has_text, filter(None, parts)))

    def _answers(self, run: CollectedRun) -> Iterable[Any]:
        with suppress(CloudprobeError, KeyError):
            calls = self._recordings.open(run.run_id)
            for described in calls:
                call = calls.call(described.index)
                if call.get("response") is not None:
                    yield from (described.region, call["response"], _addressed(described, call.get("parameters") or {}))

    def _of(self, run: CollectedRun) -> Iterable[Any]:
        yield run.variables
        outcome = self._parts.first_artifact(RunOutcome, (run.outcome_key,))
        if outcome is not None and outcome.result is not None:
            # What a script prints may be made up; what it says it saw is believed only where the account said it too.
            yield outcome.result.coverage.regions
        try:
            calls = self._recordings.open(run.run_id)
            for described in calls:
                call = calls.call(described.index)
                yield from (described.region, call.get("parameters"), call.get("response"))
        except (CloudprobeError, KeyError):
            return


def _addressed(call: EvidenceCall, parameters: Mapping[str, Any]) -> tuple[str, ...]:
    """What an answered call was about: it needs the parameter, so the thing is there. No ARN: whose would it be?"""
    if call.operation not in models.operation_names(call.service):
        return ()
    shape = models.service_model(call.service).operation_model(call.operation).input_shape
    needed = (parameters.get(member) for member in (shape.required_members if shape else ()))
    return tuple(value for value in needed if isinstance(value, str) and ":" not in value)


def claim_checker(material: Material, reader: RunReader, *, counts: dict[str, int]) -> ClaimChecker:
    calls = sum(run.usage.calls for run in material.collected)
    circumstances = Circumstances(
        figures=figures_of(counts, calls, len(material.collected)),
        known=(material.question, *material.settings.inspected),
        suspects=frozenset(one.pointer for one in material.suspects),
    )
    return ClaimChecker(reader.evidence, circumstances=circumstances)


def checked_claims(material: Material, checker: ClaimChecker) -> tuple[ReportClaim, ...]:
    """The claims of the model's answer, in its order."""
    return tuple(checker.check(claim) for claim in material.decision.answer) if material.decision else ()


def checked_hypotheses(material: Material, checker: ClaimChecker) -> Iterator[ReportHypothesis]:
    """As claims are; that one is open is no doubt about what it names."""
    for one in material.hypotheses:
        checked = checker.check(Claim(text=one.statement, evidence=one.evidence))
        why = checker.check(Claim(text=one.reason[:1000], evidence=one.evidence)).unresolved if one.reason else ()
        yield ReportHypothesis(
            statement=one.statement,
            status=one.status,
            confidence=one.confidence,
            reason=one.reason,
            evidence=checked.evidence,
            unresolved=tuple(dict.fromkeys((*checked.unresolved, *why))),
            verified=checked.verified and not why,
        )


def outcome_of(material: Material, claims: Sequence[ReportClaim]) -> Outcome:
    """How it ended. An all-clear that stands on what is not proven is none."""
    if material.outcome is Outcome.NOTHING_FOUND and doubtful(claims):
        return Outcome.UNANSWERED
    return material.outcome


def unknown_in(text: str, known: Known) -> tuple[str, ...]:
    """What a text names that was neither recorded nor asked."""
    named = (mark for mark in marks(text) if mark.kind is not MarkKind.NUMBER)
    return tuple(dict.fromkeys(mark.text for mark in named if not known.supports(mark)))


def with_doubt(text: str, unknown: Sequence[str]) -> str:
    """The text, and what of it nothing recorded holds."""
    return f"{text} (unverified: nothing recorded holds {', '.join(unknown)})" if unknown else text


def doubted_gaps(gaps: Iterable[Skipped], known: Known) -> tuple[Skipped, ...]:
    """The gaps; of those that a model named, what they name is looked up."""
    return tuple(
        gap
        if gap.why != UNSHOWN
        else gap.model_copy(update={"what": with_doubt(gap.what, unknown_in(gap.what, known))})
        for gap in gaps
    )


def doubted_leads(leads: Iterable[Suggestion], known: Known) -> tuple[Suggestion, ...]:
    """The same for questions that a model or a script of its suggests."""
    return tuple(
        lead.model_copy(update={"question": with_doubt(lead.question, unknown_in(lead.question, known))})
        if lead.question
        else lead
        for lead in leads
    )


def reason(material: Material, known: Known) -> str:
    """Why it ended as it did; a model's word is looked up."""
    text = material.decision.reason if material.decision else ""
    return text if material.by_library else with_doubt(text, unknown_in(text, known))


def offered_fixes(material: Material, known: Known) -> tuple[ReportFix, ...]:
    """The fixes a model proposed, each with a command where one could be built."""
    proposed = material.decision.fixes if material.decision else ()
    return tuple(_doubted_fix(offered(fix, known=known), known) for fix in proposed)


def _doubted_fix(fix: ReportFix, known: Known) -> ReportFix:
    """What a fix speaks of was seen; the numbers in it may be what a person is to set."""
    return fix.model_copy(update={"text": with_doubt(fix.text, unknown_in(fix.text, known))})


def doubtful(claims: Sequence[ReportClaim]) -> tuple[ReportClaim, ...]:
    """The claims the answer stands or falls with that are not proven."""
    return tuple(claim for claim in claims if claim.key and not claim.verified)
