"""The structured answer of a report: a model's where one gave it and it holds, else what code can fill in by name."""

from collections.abc import Iterator
from typing import Any

from cloudprobe.domain.pointers import EvidencePointer, escape
from cloudprobe.domain.report import StructuredAnswer, UnverifiedValue
from cloudprobe.domain.run import RunOutcome
from cloudprobe.reports.checking.claims import ClaimChecker
from cloudprobe.reports.evidence import Proof, RunEvidence
from cloudprobe.reports.material import Material
from cloudprobe.reports.runs import RunReader
from cloudprobe.reports.stored import StoredParts
from cloudprobe.reports.structured.checking import checked
from cloudprobe.reports.structured.filling import Facts, filled, missing


def structured(
    material: Material, reader: RunReader, checker: ClaimChecker, parts: StoredParts, schema: dict[str, Any]
) -> StructuredAnswer:
    """A model's where it holds and says as much as what code can fill in."""
    by_code = _by_code(material, schema, reader, parts)
    draft = material.decision.structured if material.decision else None
    if draft is None:
        return by_code
    by_model = checked(draft, schema, checker.look_up, by="model")
    return max((by_model, by_code), key=lambda one: (not one.refused, len(one.values)))


def _by_code(material: Material, schema: dict[str, Any], reader: RunReader, parts: StoredParts) -> StructuredAnswer:
    known = tuple(_facts(material, parts))
    answer = checked(filled(schema, known), schema, _LookUp(reader), by="code")
    told = {one.at for one in answer.unverified}
    gaps = tuple(UnverifiedValue(at=at, why=why) for at, why in missing(schema, known) if at not in told)
    return answer.model_copy(update={"unverified": (*answer.unverified, *gaps)})


def _facts(material: Material, parts: StoredParts) -> Iterator[Facts]:
    """Of the runs made for this question, or taken over for it."""
    for run in material.succeeded:
        if material.only_cited(run):
            continue
        outcome = parts.first_artifact(RunOutcome, (run.outcome_key,))
        if outcome and outcome.result:
            yield Facts(run.run_id, outcome.result.model_dump(mode="json")["facts"])


class _LookUp:
    """Resolves places in results, of each run with one reader."""

    def __init__(self, reader: RunReader) -> None:
        self._reader = reader
        self._runs: dict[str, RunEvidence | None] = {}

    def __call__(self, cited: str) -> Proof:
        pointer = EvidencePointer.parse(cited)
        if pointer.run_id not in self._runs:
            self._runs[pointer.run_id] = self._reader.evidence(pointer.run_id)
        run = self._runs[pointer.run_id]
        if run is None:
            raise RuntimeError(f"{cited} is of a run that was read and cannot be read again")  # a bug of ours
        return run.look_up("".join("/" + escape(token) for token in pointer.path))
