"""What a model concluded, as the report may show it: its claims checked, its fixes offered only where they are real."""

from collections.abc import Iterable, Sequence
from functools import cached_property
from typing import Any

from cloudprobe.domain.agents import CollectedRun
from cloudprobe.domain.inventory import Inventory
from cloudprobe.domain.report import ReportClaim, ReportFix
from cloudprobe.domain.run import RunOutcome
from cloudprobe.errors import CloudprobeError
from cloudprobe.ports import RecordingStore
from cloudprobe.reports.checking.claims import Circumstances, ClaimChecker, figures_of
from cloudprobe.reports.checking.commands import offered
from cloudprobe.reports.checking.grounds import Grounds
from cloudprobe.reports.material import Material
from cloudprobe.reports.runs import RunReader
from cloudprobe.reports.stored import StoredParts

_MOST_RECORDED = 2_000_000
"""Values; what lies beyond them is taken for unknown, so that a command that names it is not offered."""


class Known:
    """Whether a text was seen: asked, recorded, or given by the user. Reads recordings only when it is asked."""

    def __init__(
        self, material: Material, parts: StoredParts, recordings: RecordingStore, inventory: Inventory
    ) -> None:
        self._material = material
        self._parts = parts
        self._recordings = recordings
        self._inventory = inventory

    def __call__(self, text: str) -> bool:
        return self._grounds.has_text(text)

    @cached_property
    def _grounds(self) -> Grounds:
        values = (value for run in self._material.collected for value in self._of(run))
        known = (self._material.question, *self._material.settings.inspected, *self._inventory.items)
        return Grounds(values, known=known, most=_MOST_RECORDED)

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


def checked_claims(material: Material, reader: RunReader, *, counts: dict[str, int]) -> tuple[ReportClaim, ...]:
    """The claims of the model's answer, in its order."""
    if material.decision is None or not material.decision.answer:
        return ()
    calls = sum(run.usage.calls for run in material.collected)
    circumstances = Circumstances(
        figures=figures_of(counts, calls, len(material.collected)),
        known=(material.question, *material.settings.inspected),
    )
    checker = ClaimChecker(reader.evidence, circumstances=circumstances)
    return tuple(checker.check(claim) for claim in material.decision.answer)


def offered_fixes(material: Material, known: Known) -> tuple[ReportFix, ...]:
    """The fixes a model proposed, each with a command where one could be built."""
    proposed = material.decision.fixes if material.decision else ()
    return tuple(offered(fix, known=known) for fix in proposed)


def doubtful(claims: Sequence[ReportClaim]) -> tuple[ReportClaim, ...]:
    """The claims the answer stands or falls with that are not proven."""
    return tuple(claim for claim in claims if claim.key and not claim.verified)
