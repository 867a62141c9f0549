"""Answer a script's questions from a recording: same questions, same answers, no cloud."""

import hashlib
import threading
from collections import defaultdict
from typing import Any

from cloudprobe.errors import UnansweredError
from cloudprobe.sandbox.backend import Outcome
from cloudprobe.sandbox.budget import OVERRUN, Budget, budget_ignored
from cloudprobe.sandbox.child import wire
from cloudprobe.sandbox.conversation import Answer, Question
from cloudprobe.sandbox.limits import LimitName
from cloudprobe.sandbox.permit import Permit
from cloudprobe.sandbox.recording import RecordedCall, Recording, canonical
from cloudprobe.sandbox.redaction import Redactor
from cloudprobe.sandbox.tally import Tally


class NotRecordedError(UnansweredError):
    """In a replay the script asks what it did not ask, or not so often, when it was recorded: there the replay ends."""


class ReplayResponder:
    """Answers what was asked before as it was answered before. Thread-safe.

    The same question asked several times gets its answers in the recorded order, each once. A question beyond them has
    no answer: to repeat one would let the script go on from what never happened.
    """

    def __init__(self, recording: Recording, *, permit: Permit) -> None:
        self.budget = Budget(permit.budgets)
        self.tally = Tally(permit)
        recording.check()
        self._recording = recording
        self._redactor = Redactor(permit.redaction, data_class=permit.data_class)
        self._lock = threading.Lock()
        self._next: dict[bytes, int] = defaultdict(int)
        self._indexes: dict[bytes, list[int]] = defaultdict(list)
        for call in recording:
            self._indexes[self._key(call.service, call.operation, call.region, call.parameters)].append(call.index)
        for indexes in self._indexes.values():
            indexes.sort()

    def warm(self, region: str) -> None:
        """Nothing to prepare."""

    def answer(self, question: Question) -> Answer:
        with self._lock:
            key = self._key(question.service, question.operation, question.region or "", question.parameters)
            indexes = self._indexes.get(key, [])
            position = self._next[key]
            if position >= len(indexes):
                raise self._missing(question, answered=position)
            self._next[key] = position + 1
            call = self._recording.call(indexes[position])
            return self._again(question, call)

    def _again(self, question: Question, call: RecordedCall) -> Answer:
        operation = f"{question.service}:{question.operation}"
        outcome = Outcome(response=call.response, error=call.error, fault=call.fault)
        body = wire.encode(outcome.body)
        self.budget.add_response(len(body))
        if call.denied == "budget" and outcome.error is not None:
            self.budget.exceeded = LimitName(outcome.error["Error"]["Limit"])
            self.budget.overrun += 1
        self.tally.hide(call.hidden)
        if not call.denied:
            self.budget.calls += 1
            self.tally.use(operation, throttled=outcome.throttled, retries=call.retries)
        cause = call.denied or ("account" if outcome.denied else "")
        if cause and cause != "parameters":
            self.tally.deny(operation, cause=cause, message=outcome.message)
        return Answer(outcome.kind, body, call.answered)

    def _missing(self, question: Question, *, answered: int) -> Exception:
        if self.budget.overrun >= OVERRUN:
            return budget_ignored()  # so it ended when it was recorded
        operation = f"{question.service}:{question.operation}"
        where = f" in {question.region}" if question.region else ""
        asked = (
            f"was recorded {_times(answered)} with these parameters, and the script asks once more"
            if answered
            else "was not recorded with these parameters"
        )
        if self._recording.ended:
            hint = "Replay it with the variables it was recorded with, or record it again."
        else:
            hint = (
                f"The recording is a fragment: its run was cut off after {len(self._recording)} calls. Record it again."
            )
        return NotRecordedError(f"{operation}{where} {asked}: the replay ends there.", hint=hint)

    def _key(self, service: str, operation: str, region: str, parameters: dict[str, Any]) -> bytes:
        # A recording holds redacted parameters; redacting twice changes nothing.
        redacted = self._redactor.parameters(parameters)
        named = f"{service} {operation} {region} ".encode() + canonical(redacted)
        return hashlib.blake2b(named, digest_size=16).digest()


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
