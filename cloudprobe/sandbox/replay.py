"""Answer a script's questions from a recording: same questions, same answers, no cloud."""

import hashlib
import threading
from collections import defaultdict
from typing import Any

from cloudprobe.sandbox.backend import Outcome
from cloudprobe.sandbox.budget import Budget
from cloudprobe.sandbox.child import wire
from cloudprobe.sandbox.conversation import Answer, Question
from cloudprobe.sandbox.limits import LimitName
from cloudprobe.sandbox.permit import Permit
from cloudprobe.sandbox.recording import RecordedCall, Recording, canonical
from cloudprobe.sandbox.redaction import Redactor
from cloudprobe.sandbox.tally import Tally

NOT_RECORDED = "recording"
"""Cause of a denial in a replay: the script asks what it did not ask when it was recorded."""


class ReplayResponder:
    """Answers what was asked before as it was answered before. Thread-safe.

    The same question asked several times gets its answers in the recorded order, and the last one from then on.
    """

    def __init__(self, recording: Recording, *, permit: Permit) -> None:
        self.budget = Budget(permit.budgets)
        self.tally = Tally(permit)
        self.missed = 0
        """Questions the recording has no answer to: the script is not doing what it did."""
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
            indexes = self._indexes.get(key)
            if not indexes:
                return self._missing(question)
            position = self._next[key]
            self._next[key] = min(position + 1, len(indexes) - 1)
            call = self._recording.call(indexes[position])
            return self._again(question, call)

    def _again(self, question: Question, call: RecordedCall) -> Answer:
        operation = f"{question.service}:{question.operation}"
        outcome = Outcome(response=call.response, error=call.error, fault=call.fault)
        body = wire.encode(outcome.body)
        self.budget.add_response(len(body))
        if call.denied == "budget" and outcome.error is not None:
            self.budget.exceeded = LimitName(outcome.error["Error"]["Limit"])
        if not call.denied:
            self.budget.calls += 1
            self.tally.use(operation, throttled=outcome.throttled, retries=call.retries)
        cause = call.denied or ("account" if outcome.denied else "")
        if cause and cause != "parameters":
            self.tally.deny(operation, cause=cause, message=outcome.message)
        return Answer(outcome.kind, body, call.answered)

    def _missing(self, question: Question) -> Answer:
        self.missed += 1
        message = f"The recording has no answer to {question.service}:{question.operation} with these parameters."
        self.tally.deny(f"{question.service}:{question.operation}", cause=NOT_RECORDED, message=message)
        return Answer("error", wire.encode({"Error": {"Code": "NotRecorded", "Message": message}}), 0)

    def _key(self, service: str, operation: str, region: str, parameters: dict[str, Any]) -> bytes:
        # A recording holds redacted parameters; redacting twice changes nothing.
        redacted = self._redactor.parameters(parameters)
        named = f"{service} {operation} {region} ".encode() + canonical(redacted)
        return hashlib.blake2b(named, digest_size=16).digest()
