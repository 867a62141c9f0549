"""Recordings against the account's own trail."""

import dataclasses
import datetime as dt
import json
import zlib

import pytest

from cloudprobe.adapters.aws.session import Keys, open_session
from cloudprobe.adapters.aws.trail import Trail
from cloudprobe.errors import AccessError, UnansweredError
from cloudprobe.evidence.audit import audit, reconcile
from cloudprobe.evidence.trail_events import read_event
from cloudprobe.sandbox.recording import RecordedCall
from cloudprobe.testing import FakeClock

WHEN = dt.datetime(2026, 11, 24, 8, 0, tzinfo=dt.UTC)
LATER = WHEN + dt.timedelta(hours=1)
RUN = "20261124-080000-00000000/1/1/0"
IDENTITY = RUN.replace("/", "-")


def call(index, operation="DescribeVpcs", *, service="ec2", at=0, **more):
    given = {"response": {}} if not more.keys() & {"error", "fault", "response"} else {}
    return RecordedCall(
        index=index,
        service=service,
        operation=operation,
        region="us-east-1",
        account="123456789012",
        parameters={},
        started=WHEN + dt.timedelta(seconds=at),
        seconds=0.2,
        **{"request_id": f"request-{index}", **given, **more},
    )


def event(
    number, name="DescribeVpcs", *, source="ec2.amazonaws.com", request_id=None, at=0, error="", identity=IDENTITY
):
    told = {
        "awsRegion": "us-east-1",
        "requestID": f"request-{number}" if request_id is None else request_id,
        "errorCode": error,
        "userIdentity": {"type": "AssumedRole", "sessionContext": {"sourceIdentity": identity}},
    }
    return read_event(
        {
            "EventId": f"event-{number}",
            "EventName": name,
            "EventSource": source,
            "EventTime": WHEN + dt.timedelta(seconds=at),
            "Username": identity,
            "CloudTrailEvent": json.dumps(told),
        }
    )


def held(calls, events, now=LATER):
    return reconcile(RUN, calls, events, identity=IDENTITY, now=now)


def test_the_same_calls_are_the_same():
    found = held([call(0), call(1, "ListUsers", service="iam")], [event(1, "ListUsers"), event(0)])
    assert (found.verdict, found.matched, found.alike) == ("same", 2, 0)


def test_a_call_the_trail_does_not_have_is_missing_and_a_young_one_late():
    calls = [call(0), call(1)]
    old, young = held(calls, [event(0)]), held(calls, [event(0)], now=WHEN + dt.timedelta(minutes=14))
    assert (old.verdict, [c.index for c in old.missing]) == ("different", [1])
    assert (young.verdict, [c.index for c in young.late], young.missing) == ("late", [1], ())


def test_an_event_without_a_call_is_unexpected():
    found = held([call(0)], [event(0), event(7, "CreateUser", source="iam.amazonaws.com")])
    assert found.verdict == "different"
    assert [e.name for e in found.unexpected] == ["CreateUser"]


def test_the_same_operation_once_more_than_recorded_is_unexpected():
    assert held([call(0)], [event(0), event(8)]).verdict == "different"


def test_attempts_that_the_sdk_repeated_are_no_additional_calls():
    found = held([call(0, retries=1)], [event(0, at=1), event(5, error="Client.RequestLimitExceeded")])
    assert (found.verdict, found.matched, found.retried) == ("same", 1, 1)


def test_what_was_never_sent_is_expected_nowhere():
    refused = call(0, denied="permit", error={"Error": {"Code": "AccessDenied"}})
    broken = call(1, request_id="cloudprobe-1", fault={"type": "ParamValidationError", "message": "", "arguments": {}})
    assert (held([refused, broken], []).verdict, held([refused, broken], []).unsent) == ("same", 2)
    assert held([refused], [event(0, request_id="other")]).verdict == "different"


def test_an_answer_that_was_lost_may_still_be_an_event():
    lost = call(0, request_id="cloudprobe-1", fault={"type": "ReadTimeoutError", "message": "", "arguments": {}})
    found = held([lost], [event(0)])
    assert (found.verdict, found.matched, found.unsent) == ("same", 1, 0)


@pytest.mark.parametrize(
    ("service", "operation"),
    [("s3", "GetObject"), ("s3", "ListObjectsV2"), ("dynamodb", "Query"), ("logs", "FilterLogEvents")],
)
def test_data_events_are_not_missed(service, operation):
    found = held([call(0, operation, service=service)], [])
    assert (found.verdict, found.unrecorded) == ("same", {f"{service}:{operation}": 1})


def test_a_denied_call_was_sent_and_is_an_event():
    denied = call(0, error={"Error": {"Code": "UnauthorizedOperation"}})
    assert held([denied], []).verdict == "different"
    assert held([denied], [event(0, error="Client.UnauthorizedOperation")]).verdict == "same"


def test_names_of_events_differ_from_those_of_operations():
    lambda_call = call(0, "ListFunctions", service="lambda")
    found = held([lambda_call], [event(0, "ListFunctions20150331", request_id="")])
    assert (found.verdict, found.alike) == ("same", 1)
    block = call(0, "GetPublicAccessBlock", service="s3")
    assert held([block], [event(0, "GetBucketPublicAccessBlock", request_id="")]).verdict == "same"


def test_the_sdk_may_look_for_a_buckets_region():
    found = held([call(0, "GetBucketPolicy", service="s3")], [event(0, "GetBucketPolicy"), event(3, "HeadBucket")])
    assert (found.verdict, found.by_sdk) == ("same", 1)


class Told:
    """A trail of recorded answers."""

    def __init__(self, *events, closed=()):
        self.events_told = events
        self.closed = closed
        self.asked = []

    def regions(self):
        return ("eu-south-1", "sa-east-1", "us-east-1")

    def events(self, user, *, region, start, end):
        self.asked.append((user, region))
        if region in self.closed:
            raise AccessError(f"cloudtrail:LookupEvents is denied in {region}.")
        return [told for told in self.events_told if told.get("region", region) == region]


def test_events_of_another_source_identity_count_for_nothing(inspected):
    record = inspected.record()
    stranger = {
        "EventId": "x",
        "EventName": "CreateUser",
        "EventTime": WHEN,
        "Username": "same-name",
        "CloudTrailEvent": json.dumps({"userIdentity": {"sessionContext": {"sourceIdentity": "somebody"}}}),
    }
    told = Told(stranger)
    (found,) = audit(record, told, now=LATER)
    assert found.unexpected == ()
    assert {user for user, _ in told.asked} == {record.runs[0].run_id.replace("/", "-")}
    assert "us-east-1" in {region for _, region in told.asked}


def elsewhere(record, region):
    """What somebody did with the run's session, in a region that the run made no call in."""
    identity = record.runs[0].run_id.replace("/", "-")
    told = {
        "awsRegion": region,
        "requestID": "elsewhere",
        "userIdentity": {"sessionContext": {"sourceIdentity": identity}},
    }
    when = dt.datetime.fromisoformat(record.runs[0].outcome.started)
    return {
        "region": region,
        "EventId": "elsewhere",
        "EventName": "DescribeSnapshots",
        "EventSource": "ec2.amazonaws.com",
        "EventTime": when,
        "Username": identity,
        "CloudTrailEvent": json.dumps(told),
    }


def test_a_session_used_around_the_broker_is_noticed_in_a_region_without_a_recorded_call(inspected):
    record = inspected.record()
    (found,) = audit(record, Told(elsewhere(record, "sa-east-1")), now=LATER)
    assert [(event.name, event.region) for event in found.unexpected] == [("DescribeSnapshots", "sa-east-1")]
    assert found.verdict == "different"
    assert {"eu-south-1", "sa-east-1", "us-east-1"} <= set(found.asked)


def test_a_region_that_cannot_be_asked_is_told_and_nothing_is_called_the_same(inspected):
    record = inspected.record()
    (found,) = audit(record, Told(closed={"eu-south-1"}), now=LATER)
    assert list(found.unasked) == ["eu-south-1"]
    assert found.to_json()["unasked"]["eu-south-1"].endswith("denied in eu-south-1.")
    assert dataclasses.replace(found, missing=(), late=()).verdict == "partial"


def test_a_region_with_recorded_calls_has_to_be_asked(inspected):
    record = inspected.record()
    with pytest.raises(AccessError, match=record.settings.home_region):
        list(audit(record, Told(closed={record.settings.home_region}), now=LATER))


def test_the_accounts_own_trail_is_asked_in_every_region_it_has(trail):
    assert {"eu-west-1", "sa-east-1", "us-east-1"} <= set(trail.regions())
    assert "eu-south-1" not in trail.regions()


@pytest.fixture(scope="module")
def trail(inspected):
    access = inspected.seeded.access
    session = open_session(
        endpoint_url=access.endpoint_url,
        region=access.region,
        keys=Keys(access.access_key_id, access.secret_access_key),
    )
    return Trail(session, clock=FakeClock())


def test_the_accounts_own_trail_agrees(inspected, trail):
    """But for the account's public access block: the emulated S3 Control writes no event."""
    record = inspected.record()
    tomorrow = dt.datetime.fromisoformat(record.runs[0].outcome.started) + dt.timedelta(days=1)
    (found,) = audit(record, trail, now=tomorrow)
    assert found.unexpected == ()
    assert {c.service for c in found.missing} <= {"s3control"}
    assert found.matched == record.runs[0].outcome.usage.calls - len(found.missing)


def test_a_call_that_is_not_recorded_is_found_in_the_accounts_own_trail(inspected, trail, tmp_path):
    """As if the recording had been shortened afterwards: by three calls, and the line that says it came to its end."""
    record = inspected.record()
    (run,) = record.runs
    folder = tmp_path / "recording"
    folder.mkdir()
    (segment,) = run.recording.iterdir()
    lines = zlib.decompressobj().decompress(segment.read_bytes()).splitlines(keepends=True)
    (folder / segment.name).write_bytes(zlib.compress(b"".join(lines[:-4])))
    shortened = dataclasses.replace(record, runs=(dataclasses.replace(run, recording=folder),))
    (found,) = audit(shortened, trail, now=dt.datetime.fromisoformat(run.outcome.started))
    assert len(found.unexpected) == 3
    assert found.to_json()["fragment"] is True
    assert found.verdict == "different"


def test_a_damaged_recording_is_named_and_audited_no_further(inspected, tmp_path):
    record = inspected.record()
    (run,) = record.runs
    folder = tmp_path / "recording"
    folder.mkdir()
    (segment,) = run.recording.iterdir()
    content = bytearray(segment.read_bytes())
    content[len(content) // 2] ^= 0x55
    (folder / segment.name).write_bytes(content)
    damaged = dataclasses.replace(record, runs=(dataclasses.replace(run, recording=folder),))
    with pytest.raises(UnansweredError, match=run.run_id) as told:
        list(audit(damaged, Told(), now=LATER))
    assert told.value.exit_code == 4
    assert told.value.hint
