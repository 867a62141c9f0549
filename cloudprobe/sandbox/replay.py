"""Answer a script's questions from a recording: same questions, same answers, no cloud."""

import hashlib
import threading
import time
from collections import Counter, defaultdict
from typing import Any, NamedTuple

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

_PATIENCE_SECONDS = 5.0
"""A script may have much to do before it asks: seventeen threads that make a client each take seconds."""
_LEAST_PATIENCE_SECONDS = 0.01


class NotRecordedError(UnansweredError):
    """In a replay the script asks what it did not ask, or not so often, when it was recorded: there the replay ends."""


class ReplayResponder:
    """Answers what was asked before as it was answered before, and in the order it was. Thread-safe.

    The same question asked several times gets its answers in the recorded order, each once, and those of the thread or
    task that asked before others'. A question beyond them has no answer: to repeat one would let the script go on from
    what never happened.
    """

    def __init__(self, recording: Recording, *, permit: Permit) -> None:
        self.budget = Budget(permit.budgets)
        self.tally = Tally(permit)
        recording.check()
        self._recording = recording
        self._redactor = Redactor(permit.redaction, data_class=permit.data_class)
        self._lock = threading.Lock()
        self._order = _Order()
        self._answered: Counter[bytes] = Counter()
        self._left: dict[bytes, list[_Place]] = defaultdict(list)
        for order, call in enumerate(recording):
            key = self._key(call.service, call.operation, call.region, call.parameters)
            self._left[key].append(_Place(call.index, order, call.asker))
        for places in self._left.values():
            places.sort()

    def warm(self, region: str) -> None:
        """Nothing to prepare."""

    def answer(self, question: Question) -> Answer:
        key = self._key(question.service, question.operation, question.region or "", question.parameters)
        with self._lock:
            left = self._left.get(key)
            if not left:
                raise self._missing(question, answered=self._answered[key])
            place = next((one for one in left if one.asker == question.asker), left[0])
            left.remove(place)
            self._answered[key] += 1
        released = self._order.release(place.order)
        with self._lock:
            return self._again(question, self._recording.call(place.call), order=released)

    def _again(self, question: Question, call: RecordedCall, *, order: int) -> Answer:
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
        return Answer(outcome.kind, body, call.answered, order)

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


class _Place(NamedTuple):
    call: int
    """Its index."""
    order: int
    """In which it was answered."""
    asker: str


class _Order:
    """Lets answers go in the order in which they were recorded.

    A script need not ask in that order, and may not ask all of it again. So where nothing has moved for a while, the
    earliest of those that wait goes, and what was recorded before it goes as soon as it is asked for.
    """

    def __init__(self) -> None:
        self._change = threading.Condition()
        self._waiting: set[int] = set()
        self._next = 0
        self._released = 0
        self._moves = 0
        self._patience = _PATIENCE_SECONDS

    def release(self, order: int) -> int:
        """Wait for the turn of the answer with this place in the recording; how many went before it."""
        with self._change:
            self._waiting.add(order)
            self._move()
            seen, deadline = self._moves, time.monotonic() + self._patience
            while order > self._next:
                if self._moves != seen:
                    seen, deadline = self._moves, time.monotonic() + self._patience
                left = deadline - time.monotonic()
                if left <= 0 and order == min(self._waiting):
                    self._patience = max(self._patience / 2, _LEAST_PATIENCE_SECONDS)
                    break
                self._change.wait(max(left, _LEAST_PATIENCE_SECONDS))
            self._waiting.discard(order)
            self._next = max(self._next, order + 1)
            self._released += 1
            self._move()
            return self._released - 1

    def _move(self) -> None:
        self._moves += 1
        self._change.notify_all()


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
