"""From what a script cites to the recorded value: a claim counts as verified only when every citation leads there."""

import re
from collections import OrderedDict
from dataclasses import dataclass
from typing import Any

from cloudprobe.domain.pointers import EvidencePointer, UnresolvedPointerError, resolve, split
from cloudprobe.domain.probe import ProbeFinding, ProbeResult
from cloudprobe.domain.report import Evidence, EvidenceCall
from cloudprobe.domain.text import encodable
from cloudprobe.errors import CloudprobeError
from cloudprobe.ports import RecordedCalls, RecordingStore
from cloudprobe.reports.values import cut

_VALUE_CHARACTERS = 2_000
_SHORT_VALUE_CHARACTERS = 200
_FULL_VALUES = 500
"""Of a run; a run that cites more gets shorter values, so that a report stays of a size that opens."""
_PARAMETER_CHARACTERS = 1_000
_POINTER_CHARACTERS = 1_000
_CACHED_CALLS = 8
"""Findings mostly cite the page their neighbour cites."""
_ANSWERS = frozenset({"response", "error"})
_INDEX = re.compile(r"0|[1-9]\d{0,8}")


@dataclass(frozen=True, slots=True)
class Proof:
    """A citation looked up."""

    evidence: Evidence
    value: Any = None
    """The recorded value, whole."""


class RunEvidence:
    """Resolves the citations of one run.

    Args:
        run_id: whose citations.
        result: what the run printed; ``/result/…`` points into it.
        recordings: where its calls stand.
        as_of: when an earlier inspection made the run, ISO 8601; empty for a run of the one that is reported.
    """

    def __init__(self, run_id: str, result: ProbeResult, recordings: RecordingStore, *, as_of: str = "") -> None:
        self._as_of = as_of
        self._run_id = run_id
        self._result = result
        self._printed: dict[str, Any] = {}
        self._recordings = recordings
        self._calls: RecordedCalls | None = None
        self._cache: OrderedDict[int, dict[str, Any]] = OrderedDict()
        self._shown = 0
        self.unreadable = ""
        """Why the recording could not be read; empty when it could."""

    def of(self, finding: ProbeFinding) -> tuple[Evidence, ...]:
        """Each citation of a finding once: what the account said first, then the rest in the order it was made."""
        return tuple(proof.evidence for proof in self.proofs(finding))

    def proofs(self, finding: ProbeFinding) -> tuple[Proof, ...]:
        """The same with the recorded values."""
        proofs = [self.look_up(cited) for cited in dict.fromkeys(finding.evidence)]
        return tuple(sorted(proofs, key=lambda proof: proof.evidence.call is None))

    def look_up(self, cited: str, *, by_place: bool = False) -> Proof:
        """One citation.

        Args:
            cited: as a script cites.
            by_place: whether a call may also be named by its place in the recording, as stored evidence does.
        """
        try:
            tokens = split(cited)
            match tokens:
                case ["result", *_]:
                    return self._in_result(tokens)
                case ["calls", name, *place] if place:
                    return self._in_calls(name, tuple(place), by_place=by_place)
                case _:
                    return self._unresolved(cited)
        except (ValueError, KeyError):
            return self._unresolved(cited)
        except CloudprobeError as error:
            self.unreadable = error.message
            return self._unresolved(cited)

    def _in_result(self, tokens: tuple[str, ...]) -> Proof:
        if tokens[1:2] == ("findings",):
            raise UnresolvedPointerError("a claim does not prove itself")
        if not self._printed:
            self._printed = {"result": self._result.model_dump(mode="json")}
        return self._resolved(tokens, resolve(self._printed, tokens), call=None)

    def _in_calls(self, name: str, place: tuple[str, ...], *, by_place: bool) -> Proof:
        if place[0] not in _ANSWERS:
            raise UnresolvedPointerError("only an answer of the account proves anything")
        calls = self._open()
        index = calls.find(name)
        if index is None:
            if not (by_place and _INDEX.fullmatch(name)):
                raise UnresolvedPointerError("no call has this request id")
            index = int(name)
        document = self._call(calls, index)
        if document.get(place[0]) is None:
            raise UnresolvedPointerError(f"the call has no {place[0]}")
        place, value = _look_up(document, place)
        call = calls.describe(index)
        return self._resolved(
            ("calls", str(index), *place),
            value,
            call=call.model_copy(update={"parameters": cut(call.parameters, limit=_PARAMETER_CHARACTERS)}),
        )

    def _open(self) -> RecordedCalls:
        if self._calls is None:
            self._calls = self._recordings.open(self._run_id)
        return self._calls

    def _call(self, calls: RecordedCalls, index: int) -> dict[str, Any]:
        if index not in self._cache:
            self._cache[index] = calls.call(index)
            while len(self._cache) > _CACHED_CALLS:
                self._cache.popitem(last=False)
        self._cache.move_to_end(index)
        return self._cache[index]

    def _resolved(self, path: tuple[str, ...], value: Any, *, call: EvidenceCall | None) -> Proof:
        self._shown += 1
        limit = _VALUE_CHARACTERS if self._shown <= _FULL_VALUES else _SHORT_VALUE_CHARACTERS
        pointer = encodable(str(EvidencePointer(self._run_id, path)))
        as_of = (call.started if call else self._as_of) if self._as_of else ""
        shown = cut(value, limit=limit)
        return Proof(Evidence(pointer=pointer, verified=True, value=shown, call=call, as_of=as_of), value)

    def _unresolved(self, cited: str) -> Proof:
        return Proof(Evidence(pointer=encodable(cited)[:_POINTER_CHARACTERS], verified=False))


def shows(evidence_value: Any, recorded: Any) -> bool:
    """Whether what a report shows of a value is what it would show of the recorded one."""
    return any(evidence_value == cut(recorded, limit=limit) for limit in (_VALUE_CHARACTERS, _SHORT_VALUE_CHARACTERS))


def _look_up(document: dict[str, Any], place: tuple[str, ...]) -> tuple[tuple[str, ...], Any]:
    """Where a citation leads in a recorded call, and the value there.

    An error is recorded as boto3 raises it, with code and message under ``Error``; a script that cites
    ``/error/Code`` means the same thing.
    """
    try:
        return place, resolve(document, place)
    except UnresolvedPointerError:
        if place[0] != "error":
            raise
        inside = ("error", "Error", *place[1:])
        return inside, resolve(document, inside)
