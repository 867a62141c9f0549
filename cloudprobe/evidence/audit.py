"""A recording held against the account's own trail: the same calls, none more and none less.

CloudTrail knows nothing of us, so what it says is independent: events of a run's session are looked up by its name,
kept where their source identity is the run's, and matched with the recorded calls by request id.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal, Protocol

from cloudprobe.errors import AccessError, StateCorruptedError, UnansweredError
from cloudprobe.evidence.record import InspectionRecordings, RecordedRun
from cloudprobe.evidence.trail_events import TrailEvent, is_recorded, names, plain_name, read_event
from cloudprobe.sandbox.recording import RecordedCall, Recording

LAG = timedelta(minutes=15)
"""How long an event may take to appear. Source: AWS CloudTrail User Guide; most are there after about 5."""
_BEFORE, _AFTER = timedelta(minutes=2), timedelta(minutes=2)
_CLOSE = timedelta(seconds=5)
"""Between a call and an event that names no request we know."""
_GLOBAL_REGION = "us-east-1"
"""Where events of global services are."""
_SDKS_OWN = frozenset({"HeadBucket"})
"""Asked by botocore itself, to find the region of a bucket."""

Verdict = Literal["same", "late", "partial", "different"]


class EventHistory(Protocol):
    def regions(self) -> Iterable[str]:
        """Every region the account may be used in."""

    def events(self, user: str, *, region: str, start: datetime, end: datetime) -> Iterable[dict[str, Any]]:
        """Entries as LookupEvents gives them, of one user or session."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditedRun:
    """One run's calls against the trail's events."""

    run_id: str
    identity: str
    """What the trail was asked for."""
    matched: int
    alike: int
    """Of them, those found by name and time, because the trail names requests of that service in another way."""
    retried: int
    """Events of attempts that the SDK repeated; the recording has the last one of each."""
    by_sdk: int
    unsent: int
    """Recorded calls that were refused before anything was sent, or never arrived."""
    unrecorded: dict[str, int]
    """Calls by ``service:Operation`` that event history does not hold: data events, and reads it leaves out."""
    missing: tuple[RecordedCall, ...]
    late: tuple[RecordedCall, ...]
    """Missing, but young enough that the event may still come."""
    unexpected: tuple[TrailEvent, ...]
    """Events of the run's session that no recorded call explains."""
    fragment: bool = False
    """The recording was cut off, so that events are likely to be unexpected."""
    asked: tuple[str, ...] = ()
    """Regions whose trail was asked."""
    unasked: Mapping[str, str] = field(default_factory=dict)
    """Why by region, where it could not be: what the session did there is not known."""

    @property
    def verdict(self) -> Verdict:
        if self.missing or self.unexpected:
            return "different"
        if self.unasked:
            return "partial"
        return "late" if self.late else "same"

    def to_json(self) -> dict[str, Any]:
        return {
            "run_id": self.run_id,
            "source_identity": self.identity,
            "verdict": self.verdict,
            "matched": self.matched,
            "matched_by_name_and_time": self.alike,
            "retried": self.retried,
            "by_sdk": self.by_sdk,
            "unsent": self.unsent,
            "unrecorded": self.unrecorded,
            "missing": [_call_json(call) for call in self.missing],
            "late": [_call_json(call) for call in self.late],
            "unexpected": [event.to_json() for event in self.unexpected],
            "regions": list(self.asked),
            "unasked": dict(self.unasked),
            **({"fragment": True} if self.fragment else {}),
        }


def audit(record: InspectionRecordings, history: EventHistory, *, now: datetime) -> Iterator[AuditedRun]:
    """Hold run after run against the trail.

    Args:
        record: of the inspection.
        history: of the inspected account. It is asked in every region the account has, since a session that was
            used around the broker may have been used anywhere.
        now: UTC; what is younger than ``LAG`` may still come.

    Raises:
        UnansweredError: a run's recording is damaged.
        AccessError: a region that calls are recorded of cannot be asked.
    """
    everywhere = frozenset(history.regions()) if record.runs else frozenset()
    for run in record.runs:
        calls, fragment = _calls(run)
        identity = run.run_id.replace("/", "-")
        home = record.settings.home_region
        needed = {_GLOBAL_REGION if "global" in call.region else call.region or home for call in calls}
        looked = _look_up(run, calls, history, identity, needed={*needed, home}, everywhere=everywhere)
        reconciled = reconcile(run.run_id, calls, looked.events, identity=identity, now=now)
        yield replace(reconciled, fragment=fragment, asked=tuple(looked.asked), unasked=looked.unasked)


def reconcile(
    run_id: str, calls: Iterable[RecordedCall], events: Iterable[TrailEvent], *, identity: str, now: datetime
) -> AuditedRun:
    """Match calls and events; each counts once."""
    left = {event.event_id: event for event in events}
    sent: list[RecordedCall] = []
    doubtful: list[RecordedCall] = []
    unsent = 0
    for call in calls:
        if call.denied:
            unsent += 1
        else:
            (doubtful if call.fault is not None else sent).append(call)
    by_request = {event.request_id: event.event_id for event in left.values() if event.request_id}
    unmatched = [call for call in sent if left.pop(by_request.get(call.request_id, ""), None) is None]
    named = len(sent) - len(unmatched)
    known = _services_by_request(sent, unmatched)
    unmatched = [c for c in unmatched if not ((c.service not in known or _is_ours(c)) and _taken_by_likeness(c, left))]
    alike = len(sent) - len(unmatched) - named
    unheard = sum(not _taken_by_likeness(call, left) for call in doubtful)
    retried = _taken(left, lambda event: any(call.retries and _is_attempt(event, call) for call in sent))
    by_sdk = _taken(left, lambda event: event.name in _SDKS_OWN and any(call.service == "s3" for call in sent))
    absent = [call for call in unmatched if is_recorded(call.service, call.operation)]
    late = tuple(call for call in absent if call.started + LAG > now)
    unrecorded = Counter(f"{c.service}:{c.operation}" for c in unmatched if not is_recorded(c.service, c.operation))
    return AuditedRun(
        run_id=run_id,
        identity=identity,
        matched=len(sent) - len(unmatched) + len(doubtful) - unheard,
        alike=alike,
        retried=retried,
        by_sdk=by_sdk,
        unsent=unsent + unheard,
        unrecorded=dict(sorted(unrecorded.items())),
        missing=tuple(call for call in absent if call not in late),
        late=late,
        unexpected=tuple(sorted(left.values(), key=lambda event: event.time)),
    )


def _calls(run: RecordedRun) -> tuple[list[RecordedCall], bool]:
    """The recorded calls, and whether the recording is a fragment."""
    if not run.recording.is_dir():
        return [], False
    try:
        recording = Recording.load(run.recording)
        return list(recording), not recording.ended
    except StateCorruptedError as error:
        raise UnansweredError(
            f"Run {run.run_id} cannot be audited. {error.message}",
            hint="What it asked is not known; audit an undamaged package of it, or inspect again.",
        ) from error


@dataclass(slots=True)
class _LookedUp:
    events: list[TrailEvent] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)
    unasked: dict[str, str] = field(default_factory=dict)


def _look_up(
    run: RecordedRun,
    calls: list[RecordedCall],
    history: EventHistory,
    identity: str,
    *,
    needed: set[str],
    everywhere: frozenset[str],
) -> _LookedUp:
    """Everything the run's session did, in every region it may have done it in.

    Raises:
        AccessError: a region cannot be asked that calls are recorded of.
    """
    found = _LookedUp()
    began = datetime.fromisoformat(run.outcome.started) if run.outcome.started else None
    moments = [call.started for call in calls] + ([began] if began else [])
    if not moments:
        return found
    start, end = min(moments) - _BEFORE, max(moments) + timedelta(seconds=run.outcome.usage.wall_seconds) + _AFTER
    seen: set[str] = set()
    for region in sorted({*needed, *everywhere, _GLOBAL_REGION}):
        try:
            events = [read_event(raw) for raw in history.events(identity, region=region, start=start, end=end)]
        except AccessError as error:
            if region in needed:
                raise
            found.unasked[region] = error.message
            continue
        found.asked.append(region)
        for event in events:
            if event.identity == identity and event.event_id not in seen:
                seen.add(event.event_id)
                found.events.append(event)
    return found


def _services_by_request(sent: list[RecordedCall], unmatched: list[RecordedCall]) -> set[str]:
    """Services whose events name requests as their answers do: there, a call with another id is another call."""
    missing = {id(call) for call in unmatched}
    return {call.service for call in sent if id(call) not in missing}


def _is_ours(call: RecordedCall) -> bool:
    """Whether the request id is one we made, because the service gave none or one that was not unique."""
    return call.request_id.startswith("cloudprobe-")


def _taken_by_likeness(call: RecordedCall, left: dict[str, TrailEvent]) -> bool:
    """Take the event that is this call by its name and its time."""
    alike = [event_id for event_id, event in left.items() if _is_attempt(event, call) and not event.throttled]
    if not alike:
        return False
    del left[min(alike, key=lambda event_id: abs(left[event_id].time - call.started))]
    return True


def _is_attempt(event: TrailEvent, call: RecordedCall) -> bool:
    named = plain_name(event.name) in names(call.operation) or event.name in names(call.operation)
    lasted = timedelta(seconds=call.seconds) + _CLOSE
    return named and call.started - _CLOSE <= event.time <= call.started + lasted


def _taken(left: dict[str, TrailEvent], is_ours: Callable[[TrailEvent], bool]) -> int:
    ours = [event_id for event_id, event in left.items() if is_ours(event)]
    for event_id in ours:
        del left[event_id]
    return len(ours)


def _call_json(call: RecordedCall) -> dict[str, Any]:
    return {
        "index": call.index,
        "service": call.service,
        "operation": call.operation,
        "region": call.region,
        "request_id": call.request_id,
        "started": call.started.isoformat(),
    }
