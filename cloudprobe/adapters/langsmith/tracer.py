"""``Tracer`` for LangSmith. A trace is rebuilt from headers, so that each step may be in a process of its own."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any
from urllib.parse import quote, unquote

from cloudprobe.adapters.langsmith.sender import Sender
from cloudprobe.ports import Clock, Span, SpanKind, TraceHeaders
from cloudprobe.reports.values import cut

TRACE_HEADER, BAGGAGE_HEADER = "langsmith-trace", "baggage"
_PROJECT = "langsmith-project="
_MOMENT = "%Y%m%dT%H%M%S%fZ"
_ID_CHARACTERS = 36
_VALUE_CHARACTERS = 100_000

Redact = Callable[[Any], Any]


class LangSmithTracer:
    """One trace an inspection: a root, its steps, and their exchanges with models.

    Args:
        sender: takes what is traced.
        project: where a trace that begins here belongs.
        clock: for when things happened.
        redact: takes secrets out of a value of plain JSON; everything that leaves goes through it.
    """

    def __init__(self, sender: Sender, *, project: str, clock: Clock, redact: Redact) -> None:
        self._sender = sender
        self._project = project
        self._clock = clock
        self._redact = redact
        self._current: ContextVar[TraceHeaders | None] = ContextVar("langsmith_headers", default=None)

    def begin(self, name: str, *, inputs: Mapping[str, Any], tags: tuple[str, ...] = ()) -> TraceHeaders:
        run = self._new(name, kind="chain", parent=None, project=self._project)
        self._sender.post({**run, "inputs": self._out(inputs), "tags": self._out(list(tags))})
        return _headers(run["dotted_order"], self._project)

    def end(
        self, headers: TraceHeaders, *, outputs: Mapping[str, Any], error: str = "", scores: Mapping[str, float]
    ) -> None:
        place = _place(headers)
        self._sender.patch(
            {**place, "end_time": self._now(), "outputs": self._out(outputs), "error": self._out(error) or None}
        )
        for key, score in scores.items():
            run = {"run_id": place["id"], "trace_id": place["trace_id"], "project": place["session_name"]}
            self._sender.score({**run, "key": key, "score": score})

    @contextmanager
    def span(
        self,
        name: str,
        *,
        kind: SpanKind = "chain",
        inputs: Mapping[str, Any],
        headers: TraceHeaders | None = None,
        metadata: Mapping[str, Any] | None = None,
    ) -> Iterator[Span]:
        parent = headers or self._current.get()
        span = Span()
        if parent is None:
            yield span
            return
        project = _project(parent) or self._project
        run = self._new(name, kind=kind, parent=parent, project=project)
        self._sender.post({**run, "inputs": self._out(inputs), "extra": {"metadata": self._out(metadata or {})}})
        token = self._current.set(_headers(run["dotted_order"], project))
        try:
            yield span
        except BaseException as error:
            span.error = span.error or f"{type(error).__name__}: {error}"
            raise
        finally:
            self._current.reset(token)
            self._sender.patch(self._ended(run, span))

    def flush(self, seconds: float) -> bool:
        return self._sender.flush(seconds)

    def _ended(self, run: dict[str, Any], span: Span) -> dict[str, Any]:
        ended = {name: run[name] for name in ("id", "trace_id", "dotted_order", "parent_run_id", "session_name")}
        outputs = dict(span.outputs)
        if span.usage is not None:
            outputs["usage_metadata"] = dict(span.usage)
        return {
            **ended,
            "end_time": self._now(),
            "outputs": self._out(outputs),
            "error": self._out(span.error) or None,
        }

    def _new(self, name: str, *, kind: SpanKind, parent: TraceHeaders | None, project: str) -> dict[str, Any]:
        from langsmith.uuid import uuid7_from_datetime  # noqa: PLC0415 - heavy, and only for those who have a key

        now = self._clock.now()
        identifier = str(uuid7_from_datetime(now))
        own = now.strftime(_MOMENT) + identifier
        above = parent[TRACE_HEADER] if parent else ""
        order = f"{above}.{own}" if above else own
        return {
            "id": identifier,
            "trace_id": _id(order.split(".")[0]),
            "parent_run_id": _id(above.split(".")[-1]) if above else None,
            "dotted_order": order,
            "name": self._out(name),
            "run_type": kind,
            "start_time": now.isoformat(),
            "session_name": project,
        }

    def _now(self) -> str:
        return self._clock.now().isoformat()

    def _out(self, value: Any) -> Any:
        """What may leave: plain JSON of a bounded size, without secrets."""
        return self._redact(cut(value, limit=_VALUE_CHARACTERS))


def _headers(order: str, project: str) -> TraceHeaders:
    return {TRACE_HEADER: order, BAGGAGE_HEADER: _PROJECT + quote(project, safe="")}


def _place(headers: TraceHeaders) -> dict[str, Any]:
    segments = headers[TRACE_HEADER].split(".")
    return {
        "id": _id(segments[-1]),
        "trace_id": _id(segments[0]),
        "parent_run_id": _id(segments[-2]) if len(segments) > 1 else None,
        "dotted_order": headers[TRACE_HEADER],
        "session_name": _project(headers),
    }


def _project(headers: TraceHeaders) -> str:
    parts = (part.strip() for part in headers.get(BAGGAGE_HEADER, "").split(","))
    return next((unquote(part[len(_PROJECT) :]) for part in parts if part.startswith(_PROJECT)), "")


def _id(segment: str) -> str:
    return segment[-_ID_CHARACTERS:]
