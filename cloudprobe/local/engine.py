"""``InspectionEngine`` in one process: checkpoints in SQLite, resumes where it was killed, stops on request."""

import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any, cast

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.sqlite import SqliteSaver
from langgraph.constants import START
from langgraph.types import StateSnapshot
from langsmith.run_helpers import tracing_context

from cloudprobe import errors
from cloudprobe.adapters.local import disk
from cloudprobe.domain.ids import inspection_id
from cloudprobe.domain.inspection import InspectionRecord, InspectionSettings, InspectionStatus, Outcome
from cloudprobe.domain.report import Report
from cloudprobe.domain.state import StateUpdate, WorkflowState, initial_state, work_of, work_update
from cloudprobe.domain.transitions import MAX_STEPS, Step
from cloudprobe.domain.work import WorkStatus
from cloudprobe.errors import InspectionInterruptedError, StateCorruptedError, StoreBusyError
from cloudprobe.local.graph import InspectionGraph, build_graph
from cloudprobe.ports import Ports, StateStore
from cloudprobe.steps.artifacts import encode, followed_key, load, report_key
from cloudprobe.steps.following import check_finished, follow
from cloudprobe.steps.perform import StepFunction
from cloudprobe.steps.revoke import revoke
from cloudprobe.steps.table import STEPS

log = logging.getLogger(__name__)

_OF_THE_MODEL = frozenset(
    error.__name__
    for error in (
        errors.ModelAccessError,
        errors.ModelAnswerError,
        errors.ModelNotRecordedError,
        errors.ModelOverflowError,
        errors.ModelRefusedError,
        errors.ModelThrottledError,
        errors.ModelUnavailableError,
    )
)
_LOCK_TRIES, _LOCK_PAUSE = 20, 0.1
"""Times and seconds: reading what is known of an inspection takes moments."""
TRACE_SECONDS = 1.5
"""Waited at the end for a trace to leave."""
_AFTER_APPROVAL = frozenset({(Step.GRANT.value,), (Step.EXECUTE.value,)})
"""What may come next where an inspection stopped with an approval that is not used up."""


class InProcessEngine:
    """One engine may run one inspection at a time; several processes may share the stores.

    Args:
        ports: what the steps use.
        states: the inspections there are.
        folder: where an inspection's checkpoint is kept, given its id.
        lock: held while an inspection runs; raises ``StoreBusyError`` where another process holds it.
        cancel: set to stop; the same event stops a running probe.
        steps: the step functions, by name.
    """

    def __init__(
        self,
        ports: Ports,
        states: StateStore,
        *,
        folder: Callable[[str], Path],
        lock: Callable[[str], AbstractContextManager[Any]],
        cancel: threading.Event,
        steps: Mapping[Step, StepFunction] = STEPS,
    ) -> None:
        self._ports = ports
        self._states = states
        self._folder = folder
        self._lock = lock
        self._cancel = cancel
        self._steps = steps

    def start(self, question: str, settings: InspectionSettings) -> str:
        now = self._ports.clock.now()
        identifier = inspection_id(now, os.urandom(4))
        stamp = now.isoformat(timespec="seconds")
        record = InspectionRecord(id=identifier, question=question, settings=settings, created=stamp, updated=stamp)
        if not settings.follows:
            self._states.create(record)
            return identifier
        with self._kept(settings.follows):
            check_finished(self._states.load(settings.follows))
            known = follow(settings, self._ports.artifacts, now=now)
            self._ports.artifacts.put(followed_key(identifier), encode(known))
            self._states.create(record)
        return identifier

    @contextmanager
    def _kept(self, inspection_id: str) -> Iterator[None]:
        """Nobody deletes or carries on an inspection meanwhile; whoever else begins to continue it is waited for."""
        with ExitStack() as stack:
            for left in reversed(range(_LOCK_TRIES)):
                try:
                    stack.enter_context(self._lock(inspection_id))
                    break
                except StoreBusyError:
                    if not left:
                        raise
                    self._ports.clock.sleep(_LOCK_PAUSE)
            yield

    def run(self, inspection_id: str) -> Report:
        # What LangChain and LangGraph would trace by themselves is whole states, secrets and all; ours takes its place.
        with tracing_context(enabled=False):
            try:
                return self._run(inspection_id)
            finally:
                if self._ports.tracer is not None:
                    self._ports.tracer.flush(TRACE_SECONDS)

    def _run(self, inspection_id: str) -> Report:
        with self._lock(inspection_id), self._checkpoints(inspection_id) as checkpoints:
            record = self._mark(self._states.load(inspection_id), status=InspectionStatus.RUNNING)
            graph = build_graph(self._steps, self._ports, checkpointer=checkpoints)
            try:
                self._drive(graph, record)
            except BaseException:
                self._give_back(graph, record)
                self._mark(record, status=InspectionStatus.INTERRUPTED)
                raise
            report = load(Report, report_key(inspection_id), self._ports.artifacts)
            self._mark(
                record,
                status=InspectionStatus.FINISHED,
                outcome=report.outcome,
                answer=report.answer,
                may_go_on=_waits_for_model(graph.get_state(_config(inspection_id)).values),
            )
            return report

    def _drive(self, graph: InspectionGraph, record: InspectionRecord) -> None:
        config = _config(record.id)
        entry = self._entry(graph, record)
        for _ in graph.stream(entry, config, stream_mode="updates", durability="sync"):
            if self._cancel.is_set() and graph.get_state(config).next:
                raise InspectionInterruptedError(
                    "The inspection was stopped; what it had been granted is taken back.",
                    hint=f"Carry on with `cloudprobe resume {record.id}`.",
                )

    def _entry(self, graph: InspectionGraph, record: InspectionRecord) -> WorkflowState | None:
        """The input of a new inspection; nothing for one that carries on from its checkpoint."""
        config = _config(record.id)
        snapshot = graph.get_state(config)
        last = snapshot.values.get("step", "")
        if not last:
            return initial_state(record.id, record.question, record.settings)
        if not snapshot.next and _waits_for_model(snapshot.values):
            self._back_to_failed_step(graph, snapshot)
        elif not snapshot.next and last != Step.PROCESS_RESULTS.value:
            # A step stopped on request or to be approved, and the graph takes that for its end: it begins afresh.
            graph.update_state(config, StateUpdate(step=last), as_node=last)
            snapshot = graph.get_state(config)
        if snapshot.next in _AFTER_APPROVAL:
            # Whatever was granted before the interruption was taken back, has expired, or stands in an account that
            # was started anew: grant again. It is safe to repeat, and runs that finished are not run again. What was
            # approved may have been revoked meanwhile, so that is looked at again too.
            state = cast("WorkflowState", snapshot.values)
            graph.update_state(config, _before_approval(state), as_node=Step.VALIDATE.value)
        return None

    def _back_to_failed_step(self, graph: InspectionGraph, ended: StateSnapshot) -> None:
        """Go on where a model failed; what the exchanges until then cost is not forgotten."""
        failed = ended.values["failure"]["step"]
        history = graph.get_state_history(_config(ended.values["inspection_id"]))
        before = next(one for one in history if one.next == (failed,) and "failure" not in one.values)
        update = StateUpdate(model_calls=ended.values.get("model_calls", []))
        graph.update_state(before.config, update, as_node=before.values.get("step") or START)

    def _give_back(self, graph: InspectionGraph, record: InspectionRecord) -> None:
        """Revoke whatever the inspection may hold."""
        try:
            state = cast("WorkflowState", graph.get_state(_config(record.id)).values)
            if state:
                revoke(state, self._ports)
        except Exception as error:  # noqa: BLE001 - on the way out of another error, which must not be hidden by this one
            log.warning("The grants of %s could not be taken back (%s); resume it to try again.", record.id, error)

    def _mark(
        self,
        record: InspectionRecord,
        *,
        status: InspectionStatus,
        outcome: Outcome | None = None,
        answer: str = "",
        may_go_on: bool = False,
    ) -> InspectionRecord:
        current = self._states.load(record.id)
        change = {
            "status": status,
            "outcome": outcome,
            "answer": answer,
            "may_go_on": may_go_on,
            "updated": self._ports.clock.now().isoformat(timespec="seconds"),
        }
        return self._states.save(current.model_copy(update=change))

    @contextmanager
    def _checkpoints(self, inspection_id: str) -> Iterator[SqliteSaver]:
        path = self._folder(inspection_id) / "checkpoint.sqlite"
        disk.make_folder(path.parent)
        try:
            with closing(sqlite3.connect(path, check_same_thread=False)) as connection:
                saver = SqliteSaver(connection)
                saver.setup()
                yield saver
        except sqlite3.DatabaseError as error:
            raise StateCorruptedError(
                f"The checkpoint {path} cannot be read: {error}.",
                hint=f"Delete the inspection with `cloudprobe delete {inspection_id}` and ask again.",
            ) from error


def _waits_for_model(values: Mapping[str, Any]) -> bool:
    """Whether an inspection ended because its model did, so that it may go on with another one, or later."""
    return values.get("failure", {}).get("type", "") in _OF_THE_MODEL


def _config(inspection_id: str) -> RunnableConfig:
    # Retries and the error handler count as steps of their own; the loop's own limits end it long before this one.
    return {"configurable": {"thread_id": inspection_id}, "recursion_limit": 2 * MAX_STEPS}


def _before_approval(state: WorkflowState) -> StateUpdate:
    items = [
        item.model_copy(update={"status": WorkStatus.VALIDATED, "grant": None, "revoked": False})
        for item in work_of(state, WorkStatus.APPROVED, WorkStatus.GRANTED)
    ]
    return StateUpdate(step=Step.VALIDATE.value, work=work_update(items))
