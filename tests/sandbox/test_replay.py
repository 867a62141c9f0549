import datetime as dt
import itertools
import json
import random
import time

import pytest

from cloudprobe.errors import RefusedError, StoreError
from cloudprobe.sandbox import runner
from cloudprobe.sandbox.execution import Status
from cloudprobe.sandbox.limits import Limits
from cloudprobe.sandbox.permit import Budgets
from cloudprobe.sandbox.recording import Recorder
from cloudprobe.sandbox.replay import NotRecordedError

EVERYTHING = """
import json, random, time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta, timezone
import boto3
from botocore.exceptions import ClientError, EndpointConnectionError

def seen(region):
    client = boto3.client("ec2", region_name=region)
    return region, [v["VpcId"] for v in client.describe_vpcs()["Vpcs"]]

started = time.time()
with ThreadPoolExecutor(8) as pool:
    regions = dict(pool.map(seen, ["us-east-1", "eu-west-1", "eu-central-1"]))
errors = []
for call in (lambda: boto3.client("kms").list_keys(), lambda: boto3.client("s3").delete_bucket(Bucket="mine"),
             lambda: boto3.client("rds").describe_db_instances(), lambda: boto3.client("ec2").describe_vpcs(VpcIds="x")):
    try:
        call()
    except Exception as error:
        errors.append([type(error).__name__, str(error)])
end = datetime.utcnow()
metrics = boto3.client("cloudwatch").get_metric_statistics(Namespace="n", MetricName="m", Period=60, Statistics=["Sum"],
    StartTime=end - timedelta(hours=1), EndTime=end)
polls = []
while len(polls) < 3:
    polls.append(boto3.client("logs").get_query_results(queryId="q")["status"])
    time.sleep(1)
created = boto3.client("iam").list_users()["Users"][0]["CreateDate"]
print(json.dumps({"regions": regions, "errors": errors, "metrics": len(metrics["Datapoints"]), "polls": polls,
    "age": str(datetime.now(timezone.utc) - created), "now": end.isoformat(), "took": time.time() - started,
    "set": list({"a", "b", "c", "d"}), "body": boto3.client("s3").get_object(Bucket="mine", Key="k")["Body"].read().decode(),
    "id": boto3.client("sts").get_caller_identity()["ResponseMetadata"]["RequestId"]}))
"""


@pytest.fixture
def busy(aws, sandbox):
    def refuse(_):
        raise aws.ServiceError("AccessDenied", status=403)

    statuses = iter(["Running", "Running", "Complete"])
    aws.on("ec2", "DescribeVpcs", {"Vpcs": [{"VpcId": "vpc-1"}]})
    aws.on("kms", "ListKeys", refuse)
    aws.on("cloudwatch", "GetMetricStatistics", {"Datapoints": []})
    aws.on("logs", "GetQueryResults", lambda _: {"status": next(statuses), "results": []})
    created = dt.datetime(2020, 1, 1, tzinfo=dt.UTC)
    aws.on("iam", "ListUsers", {"Users": [{"UserName": "u", "CreateDate": created}], "IsTruncated": False})
    aws.on("s3", "GetObject", {"Body": b"\xc3\xa9"})
    return aws


def test_the_same_script_with_the_same_recording_gives_the_same_result(busy, sandbox):
    first = sandbox.run(EVERYTHING)
    assert first.status is Status.SUCCEEDED, (first.error, first.stderr)
    asked = len(busy.asked)
    permit = busy.permit(EVERYTHING)
    again = runner.replay(EVERYTHING, {}, permit=permit, recording=sandbox.recording())
    assert json.dumps(again.result) == json.dumps(first.result)
    assert again.status is first.status
    assert (again.used, again.denied) == (first.used, first.denied)
    assert again.usage.calls == first.usage.calls
    assert len(busy.asked) == asked
    assert again.usage.wall_seconds < first.usage.wall_seconds


def test_a_question_that_was_never_asked_has_no_answer(busy, sandbox):
    script = (
        "import boto3, json, sys\nprint(json.dumps(boto3.client('ec2').describe_vpcs(**json.load(sys.stdin))['Vpcs']))"
    )
    sandbox.run(script, {})
    with pytest.raises(NotRecordedError, match="ec2:DescribeVpcs in us-east-1 was not recorded with these"):
        runner.replay(script, {"VpcIds": ["vpc-2"]}, permit=busy.permit(script), recording=sandbox.recording())


SWALLOWS = """
import boto3, json, sys
made = []
for number in range(json.load(sys.stdin)["times"]):
    try:
        made.append(boto3.client("sts").get_caller_identity()["ResponseMetadata"]["RequestId"])
    except BaseException as error:
        made.append(type(error).__name__)
print(json.dumps(made))
"""


def test_no_answer_is_given_more_often_than_it_was_recorded(aws, sandbox):
    first = sandbox.run(SWALLOWS, {"times": 4})
    assert first.status is Status.SUCCEEDED
    replayed = {"permit": aws.permit(SWALLOWS), "recording": sandbox.recording()}
    again = runner.replay(SWALLOWS, {"times": 4}, **replayed)
    assert again.result_digest == first.result_digest
    for times in (5, 50):
        with pytest.raises(NotRecordedError, match="was recorded 4 times with these parameters, and the script asks"):
            runner.replay(SWALLOWS, {"times": times}, **replayed)


def test_a_run_that_was_killed_replays_up_to_its_last_call(aws, sandbox):
    class Dies(Recorder):
        def record(self, call, *, kind, body):
            if call["index"] == 7:
                raise StoreError("the machine is gone")
            super().record(call, kind=kind, body=body)

    with pytest.raises(StoreError):
        sandbox.run(SWALLOWS, {"times": 20}, recorder=Dies)
    recording = sandbox.recording()
    assert (recording.ended, len(recording)) == ("", 7)
    with pytest.raises(NotRecordedError, match="recorded 7 times") as told:
        runner.replay(SWALLOWS, {"times": 20}, permit=aws.permit(SWALLOWS), recording=recording)
    assert "fragment" in told.value.hint
    assert "7 calls" in told.value.hint
    assert told.value.exit_code == 4


THREADS = """
import boto3, json
from concurrent.futures import ThreadPoolExecutor

def ask(number):
    regions = ["us-east-1", "eu-west-1"]
    client = boto3.client("ec2", region_name=regions[number % 2])
    found = [vpc["VpcId"] for vpc in client.describe_vpcs()["Vpcs"]]
    return found + [boto3.client("sts").get_caller_identity()["ResponseMetadata"]["RequestId"]]

with ThreadPoolExecutor(8) as pool:
    made = list(pool.map(ask, range(60)))
print(json.dumps(sorted(sum(made, []))))
"""


def test_the_same_question_from_many_threads_gets_each_answer_once(busy, sandbox):
    counted = itertools.count()
    busy.on("ec2", "DescribeVpcs", lambda _: {"Vpcs": [{"VpcId": f"vpc-{next(counted):03}"}]})
    first = sandbox.run(THREADS)
    assert first.status is Status.SUCCEEDED, (first.error, first.stderr)
    assert len(set(first.result)) == 120
    again = runner.replay(THREADS, {}, permit=busy.permit(THREADS), recording=sandbox.recording())
    assert again.result_digest == first.result_digest
    assert again.usage.calls == first.usage.calls == 120


def test_a_run_that_ignored_its_budget_is_ended_again(aws, sandbox):
    script = """
import boto3
while True:
    try:
        boto3.client("sts").get_caller_identity()
    except Exception:
        pass
"""
    permit = {"budgets": Budgets(calls=2, calls_per_second=100_000)}
    first = sandbox.run(script, permit=permit)
    again = runner.replay(script, {}, permit=aws.permit(script, **permit), recording=sandbox.recording())
    assert (again.status, again.limit) == (first.status, first.limit) == (Status.LIMITED, "calls")


def test_how_a_run_ended_stands_in_its_recording(busy, sandbox):
    for script, ended in (("print(1)", "succeeded"), ("1 / 0", "failed"), ("while True: pass", "limited")):
        sandbox.run(script, limits=Limits(wall_seconds=2))
        assert sandbox.recording().ended == ended


def test_another_scripts_recording_is_refused(busy, sandbox):
    sandbox.run("print(1)")
    with pytest.raises(RefusedError, match="another script"):
        runner.replay("print(2)", {}, permit=busy.permit("print(2)"), recording=sandbox.recording())


def test_parameters_with_secrets_still_find_their_answer(busy, sandbox):
    script = """
import boto3
busy = boto3.client("ec2").describe_vpcs(Filters=[{"Name": "tag:password", "Values": ["password=hunter22"]}])
print(len(busy["Vpcs"]))
"""
    assert sandbox.run(script).result == 1
    (call,) = sandbox.recording()
    assert "hunter22" not in str(call.parameters)
    assert runner.replay(script, {}, permit=busy.permit(script), recording=sandbox.recording()).result == 1


def test_a_run_that_used_up_its_calls_does_so_again(busy, sandbox):
    script = """
import boto3
for _ in range(5):
    try:
        boto3.client("sts").get_caller_identity()
    except Exception as error:
        print(repr(str(error)).replace("'", '"'))
        break
"""
    permit = {"budgets": Budgets(calls=2)}
    first = sandbox.run(script, permit=permit)
    again = runner.replay(script, {}, permit=busy.permit(script, **permit), recording=sandbox.recording())
    assert (first.status, first.limit) == (again.status, again.limit) == (Status.LIMITED, "calls")
    assert first.result == again.result


COMPLETING = """
import json, sys
from concurrent.futures import ThreadPoolExecutor, as_completed
from datetime import datetime, timezone
import boto3
json.load(sys.stdin)
iam = boto3.client("iam")
names = [user["UserName"] for user in iam.list_users()["Users"]]

def look(name):
    keys = iam.list_access_keys(UserName=name)["AccessKeyMetadata"]
    groups = iam.list_groups_for_user(UserName=name)["Groups"]
    return len(keys), len(groups), datetime.now(timezone.utc).isoformat()

def whoami(number):
    return number, iam.get_account_summary()["ResponseMetadata"]["RequestId"]

found = {}
with ThreadPoolExecutor(8) as pool:
    waiting = {pool.submit(look, name): name for name in names}
    for done in as_completed(waiting):
        found[waiting[done]] = done.result()
    same = list(pool.map(whoami, range(20)))
print(json.dumps([found, same]))
"""


@pytest.fixture
def uneven(aws):
    """Answers come in another order each time."""

    def late(answer):
        def answered(_):
            time.sleep(random.random() / 50)
            return dict(answer)

        return answered

    users = [{"UserName": f"user-{n}", "CreateDate": dt.datetime(2020, 1, 1, tzinfo=dt.UTC)} for n in range(20)]
    aws.on("iam", "ListUsers", {"Users": users, "IsTruncated": False})
    aws.on("iam", "ListAccessKeys", late({"AccessKeyMetadata": [], "IsTruncated": False}))
    aws.on("iam", "ListGroupsForUser", late({"Groups": [], "IsTruncated": False}))
    aws.on("iam", "GetAccountSummary", late({"SummaryMap": {}}))
    return aws


def test_threads_complete_in_the_recorded_order(uneven, sandbox):
    """Also which of many equal questions gets which answer, and the time that a thread sees."""
    first = sandbox.run(COMPLETING)
    assert first.status is Status.SUCCEEDED, (first.error, first.stderr)
    assert list(first.result[0]) != sorted(first.result[0])
    permit = uneven.permit(COMPLETING)
    again = [
        runner.replay(COMPLETING, {}, permit=permit, recording=sandbox.recording()).result_digest for _ in range(4)
    ]
    assert again == [first.result_digest] * 4


OTHER_ORDER = """
import json, sys, threading
import boto3
first = json.load(sys.stdin)["first"]
iam = boto3.client("iam")
found = {}

def look(name):
    found[name] = len(iam.list_access_keys(UserName=name)["AccessKeyMetadata"])

if first:
    begun = threading.Thread(target=look, args=(first,))
    begun.start()
    begun.join()
threads = [threading.Thread(target=look, args=(name,)) for name in ("a", "b", "c") if name != first]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(json.dumps(sorted(found)))
"""


def test_a_replay_that_asks_in_another_order_goes_on(uneven, sandbox):
    for first in ("c", "b"):
        sandbox.run(OTHER_ORDER, {"first": first})
        recording, permit = sandbox.recording(), uneven.permit(OTHER_ORDER)
        again = runner.replay(OTHER_ORDER, {"first": "a"}, permit=permit, recording=recording)
        assert (again.status, again.result) == (Status.SUCCEEDED, ["a", "b", "c"])


def test_a_recording_says_what_its_run_printed(aws, sandbox):
    script = "import boto3\nprint(len(boto3.client('s3').list_buckets()['Buckets']))"
    assert sandbox.run(script).result_digest == sandbox.recording().result_digest
