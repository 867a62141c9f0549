"""The broker: the only part of a run that can reach AWS, and the place where every call is decided.

For each question: is the operation in the permit, is the region, do the parameters fit botocore's model, does all they
name belong to the inspected accounts, is there budget left? Only then is it asked, with credentials the child never
sees. The answer is redacted, recorded, and handed back, in the same bytes.
"""

import logging
import threading
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol
from urllib.parse import urlsplit

from botocore.client import BaseClient
from botocore.model import Shape

from cloudprobe.errors import RefusedError
from cloudprobe.sandbox import backend
from cloudprobe.sandbox.backend import ClientSource, Outcome
from cloudprobe.sandbox.budget import OVERRUN, Budget, BudgetExceededError, budget_ignored
from cloudprobe.sandbox.child import wire
from cloudprobe.sandbox.conversation import Answer, Question
from cloudprobe.sandbox.decide import Refusal, Rules
from cloudprobe.sandbox.limits import LimitName
from cloudprobe.sandbox.meter import Meter
from cloudprobe.sandbox.own_roles import take_out
from cloudprobe.sandbox.ownership import Judge, Ownership
from cloudprobe.sandbox.partitions import partition_of
from cloudprobe.sandbox.permit import Permit
from cloudprobe.sandbox.recording import Recorder
from cloudprobe.sandbox.redaction import Redactor
from cloudprobe.sandbox.tally import Tally

_LOG = logging.getLogger(__name__)
_ROOM_FOR_HEAD = 4096


@dataclass(frozen=True, slots=True, kw_only=True)
class CallNotice:
    """One call, for a progress display."""

    index: int
    service: str
    operation: str
    region: str
    seconds: float
    code: str = ""
    """Error code; empty where the call was answered."""
    denied: str = ""


class Responder(Protocol):
    """Answers a child's questions: the broker, or a recording."""

    budget: Budget
    tally: Tally

    def answer(self, question: Question) -> Answer: ...

    def warm(self, region: str) -> None:
        """Prepare what can be prepared while the child starts."""


class Broker:
    """Decides, calls, redacts, records. Thread-safe.

    Args:
        permit: what this run may call.
        clients: makes clients with the run role's credentials.
        ownership: what the inspected accounts own.
        recorder: where every question and answer goes.
        meter: what calls cost, and may cost together; by default nothing.
        region: of the inspected account; calls stay in its partition.
        on_call: told of each call after it was answered; from the broker's threads.

    Raises:
        RefusedError: permit and ownership have no account in common, the permit asks for rules we do not have, or
            there is no such region.
    """

    def __init__(
        self,
        permit: Permit,
        *,
        clients: ClientSource,
        ownership: Ownership,
        recorder: Recorder,
        meter: Meter | None = None,
        region: str = "us-east-1",
        on_call: Callable[[CallNotice], object] | None = None,
    ) -> None:
        accounts = frozenset(permit.accounts) & ownership.accounts()
        if not accounts:
            raise RefusedError(
                f"The permit is for {', '.join(permit.accounts) or 'no account'}, "
                f"and the credentials are for {', '.join(sorted(ownership.accounts())) or 'none'}."
            )
        partition = partition_of(region)
        if partition is None:
            raise RefusedError(f"{region[:60]!r} is not a region.", hint="Name one that AWS has, like eu-west-1.")
        self.budget = Budget(permit.budgets, meter)
        self.tally = Tally(permit)
        self._account = min(accounts)
        self._permit = permit
        self._rules = Rules(permit, partition=partition)
        self._judge = Judge(ownership=ownership, accounts=accounts, partition=partition)
        self._redactor = Redactor(permit.redaction, data_class=permit.data_class)
        self._clients = clients
        self._recorder = recorder
        self._on_call = on_call
        self._lock = threading.Lock()
        self._asked = 0
        self._request_ids: set[str] = set()

    def warm(self, region: str) -> None:
        for service in sorted({allowed.service for allowed in self._permit.operations}):
            try:
                self._clients.client(service, region)
            except Exception:  # noqa: BLE001  # it will be reported when a script asks; this only saves time
                _LOG.debug("no client for %s in %s yet", service, region, exc_info=True)

    def answer(self, question: Question) -> Answer:
        """Decide and carry out one question.

        Raises:
            StoreError: it cannot be recorded.
            WireError: the child goes on asking long after its budget was spent.
        """
        index = self._next_index()
        started = time.time()
        outcome, shape, denied = self._carry_out(question)
        seconds = round(time.time() - started, 6)
        hidden = take_out(question.service, outcome.response)
        self._identify(outcome)
        outcome, body = self._encode(question, outcome, shape)
        asked = datetime.fromtimestamp(started, UTC).isoformat(timespec="microseconds")
        call = {
            "index": index,
            "service": question.service,
            "operation": question.operation,
            "region": question.region or "",
            "account": self._account,
            "parameters": self._redactor.parameters(question.parameters),
            "request_id": outcome.request_id,
            "started": asked,
            "seconds": seconds,
            "retries": outcome.retries,
            "denied": denied,
            **({"asker": question.asker} if question.asker else {}),
            **({"hidden": list(hidden)} if hidden else {}),
        }
        self.tally.hide(hidden)
        order = self._recorder.record(call, kind=outcome.kind, body=body)
        self._account_for(question, outcome, denied=denied, size=len(body))
        self._notify(index, question, outcome, seconds=seconds, denied=denied)
        return Answer(outcome.kind, body, _microseconds(asked, seconds), order)

    def _next_index(self) -> int:
        with self._lock:
            self._asked += 1
            return self._asked - 1

    def _carry_out(self, question: Question) -> tuple[Outcome, Shape | None, str]:
        """The outcome, the shape of its response, and by which of our rules it was denied, if any."""
        refusal = self._rules.refuse(question.service, question.operation, question.region)
        if refusal is not None:
            return _refused(refusal.message), None, refusal.cause
        client = self._client(question)
        if isinstance(client, Outcome):
            return client, None, ""
        wrong = backend.invalid(client, question.operation, question.parameters)
        if wrong is not None:
            return wrong, None, "parameters"
        foreign = self._foreign(client, question)
        if foreign is not None:
            return _refused(foreign.message, client), None, foreign.cause
        operation = f"{question.service}:{question.operation}"
        try:
            self.budget.take_call(operation, question.parameters)
        except BudgetExceededError as error:
            if self.budget.overrun > OVERRUN:
                raise budget_ignored() from error
            return _refused(str(error), client, limit=error.limit), None, "budget"
        outcome = backend.perform(client, question.operation, question.parameters)
        self.budget.meter.heard(operation, question.parameters, outcome.response)
        shape = client.meta.service_model.operation_model(question.operation).output_shape
        return outcome, shape if outcome.response is not None else None, ""

    def _client(self, question: Question) -> BaseClient | Outcome:
        try:
            return self._clients.client(question.service, question.region or "")
        except backend.BOTOCORE_ERRORS as error:
            return backend.fault_of(error)

    def _foreign(self, client: BaseClient, question: Question) -> Refusal | None:
        found = self._judge.foreign(
            question.parameters,
            service=question.service,
            operation=question.operation,
            endpoint_host=urlsplit(client.meta.endpoint_url).hostname or "",
        )
        if found is None:
            return None
        return Refusal(
            "ownership",
            f"{question.service}:{question.operation} names {found}, which does not belong to the inspected account; "
            "nothing was sent.",
        )

    def _identify(self, outcome: Outcome) -> None:
        """See to it that the request id, by which scripts cite evidence, is there and unique in this run."""
        metadata = outcome.metadata
        with self._lock:
            given = metadata.get("RequestId")
            if not isinstance(given, str) or not given or given in self._request_ids:
                metadata["RequestId"] = f"cloudprobe-{uuid.uuid4()}"
            self._request_ids.add(metadata["RequestId"])

    def _encode(self, question: Question, outcome: Outcome, shape: Shape | None) -> tuple[Outcome, bytes]:
        names = {"service": question.service, "operation": question.operation}
        try:
            body = self._redactor.encoded(outcome.body, shape=shape, **names)
            if len(body) <= wire.MAX_ANSWER_BYTES - _ROOM_FOR_HEAD:
                return outcome, body
            reason = f"it takes {len(body)} bytes"
        except wire.WireError as error:
            reason = str(error)
        replaced = _error("AnswerTooLarge", f"The answer cannot be passed on: {reason}. Ask for less at once.")
        replaced.metadata["RequestId"] = outcome.request_id
        return replaced, self._redactor.encoded(replaced.body, shape=None, **names)

    def _account_for(self, question: Question, outcome: Outcome, *, denied: str, size: int) -> None:
        operation = f"{question.service}:{question.operation}"
        self.budget.add_response(size)
        if denied == "parameters":
            return  # a mistake of the script's, nobody's denial
        if denied:
            self.tally.deny(operation, cause=denied, message=outcome.message)
            return
        self.tally.use(operation, throttled=outcome.throttled, retries=outcome.retries)
        if outcome.denied:
            self.tally.deny(operation, cause="account", message=outcome.message)

    def _notify(self, index: int, question: Question, outcome: Outcome, *, seconds: float, denied: str) -> None:
        if self._on_call is None:
            return
        notice = CallNotice(
            index=index,
            service=question.service,
            operation=question.operation,
            region=question.region or "",
            seconds=seconds,
            code=outcome.code,
            denied=denied,
        )
        try:
            self._on_call(notice)
        except Exception:  # noqa: BLE001  # a display is worth no run
            _LOG.warning("showing progress failed; the run goes on without", exc_info=True)
            self._on_call = None


_DENIED_CODES = {"ec2": "UnauthorizedOperation", "query": "AccessDenied", "rest-xml": "AccessDenied"}


def _refused(message: str, client: BaseClient | None = None, *, limit: LimitName | None = None) -> Outcome:
    """A refusal as the service itself would put it, so that scripts treat it as any other."""
    protocol = client.meta.service_model.protocol if client is not None else ""
    code = "BudgetExceeded" if limit else _DENIED_CODES.get(protocol, "AccessDeniedException")
    refused = _error(code, f"cloudprobe: {message}")
    if limit:
        refused.body["Error"]["Limit"] = limit
    return refused


def _error(code: str, message: str) -> Outcome:
    return Outcome(
        error={
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {"HTTPStatusCode": 403, "HTTPHeaders": {}, "RetryAttempts": 0},
        }
    )


def _microseconds(started: str, seconds: float) -> int:
    moment = datetime.fromisoformat(started) - datetime(1970, 1, 1, tzinfo=UTC)
    return moment // timedelta(microseconds=1) + round(seconds * 1_000_000)
