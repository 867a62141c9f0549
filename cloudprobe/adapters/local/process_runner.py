"""``ProbeRunner`` on this machine: the sandbox, with what a run is granted and where its recording goes."""

import logging
import threading

from cloudprobe.adapters.aws.access import AccountAccess
from cloudprobe.adapters.local import disk
from cloudprobe.adapters.local.denials import explained
from cloudprobe.adapters.local.recordings import FileRecordings
from cloudprobe.adapters.local.run_outcomes import outcome_of
from cloudprobe.domain.progress import ProgressEvent
from cloudprobe.domain.run import RunOutcome, RunRequest
from cloudprobe.errors import RefusedError
from cloudprobe.guard.estimate import prices_of
from cloudprobe.guard.signoff import check_script
from cloudprobe.ports import Clock, Observer
from cloudprobe.sandbox import runner
from cloudprobe.sandbox.backend import ClientSource
from cloudprobe.sandbox.broker import CallNotice
from cloudprobe.sandbox.execution import Execution
from cloudprobe.sandbox.isolation import Isolation, detect
from cloudprobe.sandbox.limits import Limits
from cloudprobe.sandbox.meter import Meter
from cloudprobe.sandbox.permit import Permit
from cloudprobe.sandbox.recording import Recorder

log = logging.getLogger(__name__)
_NOT_RUN = "Nothing was run; validate the probe again."


class ProcessRunner:
    """Runs probes in children of this process, which alone holds the run's credentials. One at a time or side by side.

    Args:
        recordings: where they stand.
        access: the way into the one account that is inspected.
        clock: for waiting while IAM learns of a role, and for how often the observer is told.
        observer: told of calls as they are made, though not of every one.
        cancel: set to stop a run; its outcome is then ``cancelled``.
        isolation: instead of the strongest this machine gives.
    """

    def __init__(
        self,
        recordings: FileRecordings,
        access: AccountAccess,
        *,
        clock: Clock,
        observer: Observer,
        cancel: threading.Event | None = None,
        isolation: Isolation | None = None,
    ) -> None:
        self._recordings = recordings
        self._access = access
        self._account = access.account
        self._clock = clock
        self._observer = observer
        self._cancel = cancel
        self._isolation = isolation

    def run(self, request: RunRequest) -> RunOutcome:
        permit = Permit.from_json(request.permit)
        check_script(permit, request.script)
        if request.grant.run_id != request.run_id:
            raise RefusedError(f"The grant for run {request.run_id} is of run {request.grant.run_id}.", hint=_NOT_RUN)
        if permit.accounts != (self._account,):
            raise RefusedError(
                f"The permit of run {request.run_id} is for account {', '.join(permit.accounts) or 'none'}, not "
                f"{self._account}.",
                hint=_NOT_RUN,
            )
        isolation = self._isolation or detect()
        clients = self._access.enter(request, permit)
        execution = self._execute(request, permit, clients, isolation)
        denials = explained(execution, request, permit, recording=self._recordings.folder(request.run_id))
        outcome = outcome_of(request.run_id, execution, denials=denials)
        log.info(
            "run %s: %s, %d calls in %.2f s",
            outcome.run_id,
            outcome.status,
            outcome.usage.calls,
            outcome.usage.wall_seconds,
        )
        return outcome

    def _execute(self, request: RunRequest, permit: Permit, clients: ClientSource, isolation: Isolation) -> Execution:
        """A run that was killed half-way is run again from its start, so what it recorded goes."""
        folder = self._recordings.folder(request.run_id)
        self._recordings.discard(request.run_id)
        disk.make_folder(folder)
        progress = CallProgress(request.run_id, self._observer, self._clock)
        prices = prices_of(f"{allowed.service}:{allowed.operation}" for allowed in permit.operations)
        try:
            with Recorder(folder) as recorder:
                execution = runner.run(
                    request.script,
                    request.variables,
                    permit=permit,
                    clients=clients,
                    ownership=self._access.ownership,
                    recorder=recorder,
                    limits=Limits(wall_seconds=request.wall_seconds),
                    isolation=isolation,
                    region=request.region,
                    meter=Meter(prices, usd=request.budget_usd),
                    cancel=self._cancel,
                    on_call=progress.called,
                )
        except OSError as error:
            raise disk.store_error(folder, error) from error
        progress.finish()
        return execution


class CallProgress:
    """Tells an observer of a run's calls a few times a second: a script can make hundreds. Thread-safe."""

    INTERVAL_SECONDS = 0.1

    def __init__(self, run_id: str, observer: Observer, clock: Clock) -> None:
        self._run_id = run_id
        self._observer = observer
        self._clock = clock
        self._lock = threading.Lock()
        self._calls = 0
        self._next = float("-inf")
        self._untold: CallNotice | None = None

    def called(self, notice: CallNotice) -> None:
        with self._lock:
            self._calls += 1
            self._untold = notice
            if self._clock.monotonic() >= self._next:
                self._tell(notice)

    def finish(self) -> None:
        """Tell of the last call, so that the final count is seen."""
        with self._lock:
            if self._untold is not None:
                self._tell(self._untold)

    def _tell(self, notice: CallNotice) -> None:
        self._untold = None
        self._next = self._clock.monotonic() + self.INTERVAL_SECONDS
        inspection, iteration, attempt, *_ = (*self._run_id.split("/"), "0", "0")
        self._observer.notify(
            ProgressEvent(
                kind="call",
                inspection_id=inspection,
                iteration=int(iteration),
                attempt=int(attempt),
                step="execute",
                data={
                    "run_id": self._run_id,
                    "service": notice.service,
                    "operation": notice.operation,
                    "region": notice.region,
                    "calls": self._calls,
                },
            )
        )
