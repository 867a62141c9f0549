"""Looks up again, in what is stored, every place that a report cites: nothing the report says of it is believed."""

from typing import Any, Literal

from cloudprobe.domain.pointers import EvidencePointer, UnresolvedPointerError, resolve
from cloudprobe.domain.report import Evidence
from cloudprobe.evidence.record import InspectionRecordings
from cloudprobe.ports import RecordedCalls
from cloudprobe.reports.evidence import Proof, shows


class Citations:
    """The places of one inspection: its runs' results and their recorded calls."""

    def __init__(self, record: InspectionRecordings) -> None:
        self._record = record
        self._runs = {run.run_id: run for run in record.runs}
        self._calls: dict[str, RecordedCalls] = {}
        self._results: dict[str, Any] = {}

    def verdict(self, evidence: Evidence) -> Literal["resolves", "nothing", "other"]:
        """Whether a citation leads to the value the report shows, to nothing, or to another value."""
        try:
            value = self._value(evidence)
        except (UnresolvedPointerError, KeyError, ValueError):
            return "nothing"
        return "resolves" if shows(evidence.value, value) else "other"

    def proof(self, evidence: Evidence) -> Proof:
        """The recorded value a citation leads to, whole; unverified where it leads to none."""
        try:
            return Proof(evidence, self._value(evidence))
        except (UnresolvedPointerError, KeyError, ValueError):
            return Proof(evidence.model_copy(update={"verified": False}))

    def _value(self, evidence: Evidence) -> Any:
        pointer = EvidencePointer.parse(evidence.pointer)
        match pointer.path:
            case ("result", *_):
                return resolve(self._result(pointer.run_id), pointer.path)
            case ("calls", index, *place) if evidence.call is not None:
                calls = self._calls_of(pointer.run_id)
                described = calls.describe(int(index))
                if described.model_copy(update={"parameters": {}}) != evidence.call.model_copy(
                    update={"parameters": {}}
                ):
                    raise UnresolvedPointerError("another call is recorded there")
                return resolve(calls.call(int(index)), place)
            case _:
                raise UnresolvedPointerError("neither a result nor a call")

    def _calls_of(self, run_id: str) -> RecordedCalls:
        if run_id not in self._calls:
            self._calls[run_id] = self._record.recordings.open(run_id)
        return self._calls[run_id]

    def _result(self, run_id: str) -> Any:
        if run_id not in self._results:
            outcome = self._runs[run_id].outcome
            self._results[run_id] = {"result": outcome.result.model_dump(mode="json") if outcome.result else None}
        return self._results[run_id]
