"""From the state of an inspection, however far it got, to the one Report every format is made of."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from cloudprobe.domain.following import Followed
from cloudprobe.domain.ids import is_inspection_id, started_at
from cloudprobe.domain.inventory import Conflict, Inventory
from cloudprobe.domain.report import AttemptNote, InventoryConflict, Predecessor, Report, StructuredAnswer
from cloudprobe.domain.run import RunOutcome
from cloudprobe.domain.state import WorkflowState
from cloudprobe.metrics.measuring import measure
from cloudprobe.ports import ArtifactStore, Clock, RecordingStore
from cloudprobe.reports.answer import Seen, answer
from cloudprobe.reports.checking.claims import ClaimChecker
from cloudprobe.reports.conclusion import (
    Known,
    checked_claims,
    checked_hypotheses,
    claim_checker,
    doubted_gaps,
    doubted_leads,
    offered_fixes,
    outcome_of,
    reason,
)
from cloudprobe.reports.confidence import Basis, confidence
from cloudprobe.reports.connections import connections
from cloudprobe.reports.cost import cost
from cloudprobe.reports.coverage import not_covered, quality
from cloudprobe.reports.failures import ABANDONED, squeezed
from cloudprobe.reports.leads import open_leads
from cloudprobe.reports.material import Material, read
from cloudprobe.reports.runs import RunReader, distinct, figures, total_usage
from cloudprobe.reports.stored import StoredParts
from cloudprobe.reports.values import cut

_CONFLICT_CHARACTERS = 500


def assemble(
    state: WorkflowState,
    *,
    artifacts: ArtifactStore,
    recordings: RecordingStore,
    clock: Clock,
    version: str,
    followed: Followed | None = None,
) -> Report:
    """Build the report. Whatever is missing or damaged is said in it; nothing in the account can make this raise.

    Args:
        state: at its end, or wherever it was cut off.
        artifacts: results, scripts and the inventory the state names.
        recordings: what evidence is resolved against.
        clock: for the time the report was finished.
        version: of cloudprobe.
        followed: what was known from an inspection that is continued.
    """
    parts = StoredParts(artifacts)
    material = read(state, parts)
    inventory = _inventory(material, parts)
    known = Known(material, parts, recordings, inventory)
    reader = RunReader(material, parts, recordings, inventory, known=known)
    runs = [reader.read(run) for run in material.collected]
    findings = distinct(finding for part in runs for finding in part.findings)
    counts, measured, missing = inventory.counts(), quality(material), tuple(parts.missing.values())
    gaps = doubted_gaps(not_covered(material, missing), known)
    checker = claim_checker(material, reader, counts=counts)
    claims = checked_claims(material, checker)
    outcome = outcome_of(material, claims)
    known_calls = sum(part.run.usage.calls for part in runs if part.run.as_of)
    return Report(
        inspection_id=material.inspection_id,
        question=material.question,
        outcome=outcome,
        answer=answer(
            material,
            Seen(
                outcome=outcome,
                findings=findings,
                claims=claims,
                inventory=counts,
                quality=measured,
                not_covered=gaps,
                doubted=frozenset(part.run.run_id for part in runs if part.doubted),
                known_calls=known_calls,
                reason=reason(material, known),
            ),
        ),
        confidence=confidence(
            Basis(
                outcome=outcome,
                findings=findings,
                claims=claims,
                quality=measured,
                seen=len(inventory.items),
                missing=missing,
                known_calls=known_calls,
                cut_short=material.budget_ended,
            )
        ),
        claims=claims,
        fixes=offered_fixes(material, known),
        hypotheses=tuple(checked_hypotheses(material, checker)),
        instructions_in_data=material.suspects,
        findings=findings,
        not_covered=gaps,
        quality=measured,
        inventory=counts,
        conflicts=tuple(_conflicts(inventory)),
        connections=connections(inventory, findings, asked=material.names_asked),
        runs=tuple(part.run for part in runs),
        attempts=tuple(_attempts(material)),
        usage=total_usage(material.collected),
        cost=cost(material.collected, material.model_calls, material.settings),
        metrics=measure(state, outcome=outcome.value),
        access=figures(material.made_now),
        suggestions=open_leads(material) if material.by_library else doubted_leads(open_leads(material), known),
        structured=_structured(material, reader, checker, parts),
        follows=_predecessor(material, followed),
        failure=material.stopped,
        cloudprobe_version=version,
        **_circumstances(material, clock.now()),
    )


def _structured(
    material: Material, reader: RunReader, checker: ClaimChecker, parts: StoredParts
) -> StructuredAnswer | None:
    if material.settings.answer_schema is None:
        return None
    from cloudprobe.reports.structured.answering import structured  # noqa: PLC0415 - brings a validator few ask for

    return structured(material, reader, checker, parts, material.settings.answer_schema)


def _predecessor(material: Material, followed: Followed | None) -> Predecessor | None:
    if followed is None or not followed.chain:
        return None
    times = sorted(run.as_of for run in material.earlier)
    return Predecessor(
        inspection_id=followed.chain[0],
        chain=followed.chain,
        runs=len(times),
        oldest=times[0] if times else "",
        newest=times[-1] if times else "",
        left_out=followed.left_out,
    )


def _inventory(material: Material, parts: StoredParts) -> Inventory:
    """As aggregated; put together again where an iteration was cut off before that."""
    stored = Inventory()
    if material.inventory_key:
        stored = parts.artifact(Inventory, material.inventory_key, "the inventory") or stored
    if stored.items and not material.failure:
        return stored
    again = Inventory()
    for run in material.succeeded:
        outcome = parts.first_artifact(RunOutcome, (run.outcome_key,))
        if outcome and outcome.result:
            again = again.merge(outcome.result.resources, run_id=run.run_id, account=run.account)
    return max(stored, again, key=lambda inventory: len(inventory.items))


def _conflicts(inventory: Inventory) -> Iterator[InventoryConflict]:
    for arn, conflict in inventory.conflicts:
        values = tuple(cut(value, limit=_CONFLICT_CHARACTERS) for value in conflict.values)
        yield InventoryConflict(
            arn=arn, conflict=Conflict(attribute=conflict.attribute, values=values, runs=conflict.runs)
        )


def _attempts(material: Material) -> Iterator[AttemptNote]:
    """What went wrong, attempt by attempt; giving up only where it says more than what it gave up for."""
    for item in material.work:
        before = ""
        for feedback in item.feedback:
            if feedback.code == ABANDONED and before and before in feedback.message:
                continue
            before = feedback.message
            told = feedback.model_dump(include={"source", "code", "line", "hint"})
            yield AttemptNote(iteration=item.iteration, number=item.number, message=squeezed(feedback.message), **told)


def _circumstances(material: Material, now: datetime) -> dict[str, Any]:
    """Where, when and under which settings. The seconds are those the steps took, not those it lay interrupted."""
    settings = material.settings
    began = started_at(material.inspection_id).isoformat() if is_inspection_id(material.inspection_id) else ""
    return {
        "timeline": material.timeline,
        "account": settings.account,
        "accounts": settings.accounts,
        "target": settings.target,
        "regions": settings.regions,
        "data_class": settings.data_class,
        "started": material.timeline[0].started if material.timeline else began,
        "finished": now.isoformat(timespec="milliseconds"),
        "seconds": round(sum(entry.seconds for entry in material.timeline), 4),
    }
