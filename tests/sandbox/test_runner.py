import json
import resource
import subprocess
import sys
import threading
import time

import pytest

from cloudprobe.errors import RefusedError, SandboxUnavailableError, StoreError
from cloudprobe.sandbox import isolation, runner
from cloudprobe.sandbox.broker import CallNotice
from cloudprobe.sandbox.execution import Status
from cloudprobe.sandbox.isolation import Tier
from cloudprobe.sandbox.limits import LimitName, Limits
from cloudprobe.sandbox.permit import Budgets
from cloudprobe.sandbox.recording import Recorder


def test_a_script_reads_variables_calls_and_prints_a_result(sandbox):
    script = """
import boto3, json, sys
variables = json.load(sys.stdin)
print("looking", file=sys.stderr)
me = boto3.client("sts").get_caller_identity()
buckets = [b.name for b in boto3.resource("s3").buckets.all()]
print(json.dumps({"account": me["Account"], "buckets": buckets, "given": variables}))
"""
    done = sandbox.run(script, {"threshold": 90})
    assert done.status is Status.SUCCEEDED, done.stderr
    assert done.error is None
    assert done.result == {"account": "123456789012", "buckets": ["mine"], "given": {"threshold": 90}}
    assert "looking" in done.stderr
    assert done.granted == done.used == ("s3:ListBuckets", "sts:GetCallerIdentity")
    assert done.usage.calls == 2
    assert 0 < done.usage.cpu_seconds < 60
    # The kernel counts what the process held that it was started from.
    ours = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024
    assert 20 * 1024 * 1024 < done.usage.peak_memory_bytes < max(1024**3, ours + 1)
    assert done.usage.result_bytes > 50
    assert [c.operation for c in sandbox.recording()] == ["GetCallerIdentity", "ListBuckets"]


def test_a_script_runs_unchanged_under_plain_python(sandbox, tmp_path):
    script = (
        "import json, sys\nprint(json.dumps({'name': __name__, 'given': json.load(sys.stdin), 'argv': len(sys.argv)}))"
    )
    (tmp_path / "probe.py").write_text(script)
    plain = subprocess.run([sys.executable, tmp_path / "probe.py"], input=b'{"a": 1}', capture_output=True, check=True)
    assert sandbox.run(script, {"a": 1}).result == json.loads(plain.stdout)


def test_a_script_that_was_not_signed_off_is_not_run(sandbox, aws, tmp_path):
    with Recorder(tmp_path / "r") as recorder, pytest.raises(RefusedError, match="signed off"):
        runner.run(
            "print(2)",
            {},
            permit=aws.permit("print(1)"),
            clients=aws.clients,
            ownership=sandbox.ownership,
            recorder=recorder,
        )


def test_half_a_character_is_no_script():
    with pytest.raises(RefusedError, match="half a character"):
        runner.digest("print('\ud800')")


def test_an_exception_says_where_and_why(sandbox):
    done = sandbox.run("import json\n\ndef f(x):\n    return 1 / x\n\nf(0)\n")
    assert done.status is Status.FAILED
    assert (done.error.type, done.error.message, done.error.line) == ("ZeroDivisionError", "division by zero", 4)
    assert "return 1 / x" in done.error.traceback
    assert "bootstrap" not in done.error.traceback
    assert "ZeroDivisionError" in done.stderr


def test_a_syntax_error_has_its_line(sandbox):
    done = sandbox.run("x = 1\nif x\n    pass\n")
    assert (done.error.type, done.error.line) == ("SyntaxError", 2)


@pytest.mark.parametrize(("code", "temporary"), [("ThrottlingException", True), ("ValidationException", False)])
def test_an_error_of_a_service_has_its_code(code, temporary, sandbox, aws):
    def refuse(_):
        raise aws.ServiceError(code, "not now")

    aws.on("kms", "ListKeys", refuse)
    done = sandbox.run("import boto3\nboto3.client('kms').list_keys()")
    assert (done.error.code, done.error.operation, done.error.temporary) == (code, "ListKeys", temporary)
    assert (done.error.type, done.error.line) == ("ClientError", 2)


def test_granted_used_and_denied(sandbox, aws):
    def refuse(_):
        raise aws.ServiceError("AccessDeniedException", "not authorized", 403)

    aws.on("kms", "ListKeys", refuse)
    script = """
import boto3, contextlib, json
for call in (boto3.client("kms").list_keys, lambda: boto3.client("s3").delete_bucket(Bucket="mine"),
             lambda: boto3.client("s3").list_objects_v2(Bucket="theirs")):
    with contextlib.suppress(Exception):
        call()
print("{}")
"""
    aws.on("s3", "ListObjectsV2", {})
    done = sandbox.run(script)
    assert done.denied == ("kms:ListKeys", "s3:DeleteBucket", "s3:ListObjectsV2")
    assert {d.operation: d.cause for d in done.denials} == {
        "kms:ListKeys": "account",
        "s3:DeleteBucket": "permit",
        "s3:ListObjectsV2": "ownership",
    }
    assert done.used == ("kms:ListKeys",)
    assert "s3:DeleteBucket" not in done.granted


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("", "printed nothing"),
        ("print('hello')", "begins: 'hello"),
        ("print('{}{}')", "not exactly one JSON document"),
        ("print('NaN')", "NaN"),
        ("print('1e999')", "too large a number"),
        ("print('[' * 100000)", "nested too deeply"),
        ("print('\"\\\\ud800\"')", "not exactly one"),
        ("import sys; sys.stdout.buffer.write(b'\\xff')", "not exactly one"),
    ],
)
def test_a_result_is_one_json_document(script, says, sandbox):
    done = sandbox.run(script)
    assert done.status is Status.FAILED
    assert done.error.type == "ResultError"
    assert says in done.error.message


@pytest.mark.parametrize(
    ("script", "status", "message"),
    [
        ("import sys; print('{}'); sys.exit(3)", Status.FAILED, "exited with 3"),
        ("import sys; print('{}'); sys.exit('sorry')", Status.FAILED, "exited with 'sorry'"),
        ("import os; print('{}', flush=True); os._exit(0)", Status.SUCCEEDED, ""),
        ("import os; os._exit(7)", Status.FAILED, "status 7"),
        ("import ctypes; ctypes.string_at(0)", Status.FAILED, "SIGSEGV"),
    ],
)
def test_ways_to_end(script, status, message, sandbox):
    done = sandbox.run(script)
    assert done.status is status
    assert message in (done.error.message if done.error else "")


SMALL = {"wall_seconds": 20.0, "cpu_seconds": 10}


@pytest.mark.parametrize(
    ("script", "limits", "name"),
    [
        ("import time; time.sleep(60)", {"wall_seconds": 2.0}, "wall"),
        ("while True: pass", {**SMALL, "cpu_seconds": 1}, "cpu"),
        ("x = bytearray(10**9)", {**SMALL, "memory_bytes": 600 * 1024**2}, "memory"),
        ("import os; os.fork()", SMALL, "processes"),
        (
            "import threading\nfor _ in range(99): threading.Thread(target=threading.Event().wait, daemon=True).start()",
            {**SMALL, "threads": 20},
            "processes",
        ),
        ("import os\nfor _ in range(99): os.dup(0)", {**SMALL, "open_files": 40}, "files"),
        (
            "import tempfile\nf = tempfile.TemporaryFile(buffering=0)\nfor _ in range(9): f.write(b'x' * 10**6)",
            {**SMALL, "file_bytes": 10**6},
            "files",
        ),
        ("import sys\nsys.stderr.write('x' * 10**6)", {**SMALL, "output_bytes": 10**5}, "output"),
        ("print('\"' + 'x' * 10**6 + '\"')", {**SMALL, "result_bytes": 10**5}, "result"),
    ],
)
def test_each_limit_is_reported_by_name(script, limits, name, sandbox):
    done = sandbox.run(script, limits=Limits(**limits))
    assert done.status is Status.LIMITED, done.error
    assert done.limit == name
    assert done.error.type == "LimitExceeded"
    assert LimitName(name).advice in done.error.message


def test_a_script_may_finish_after_its_calls_are_used_up(sandbox):
    script = """
import boto3, json
from botocore.exceptions import ClientError
sts, done, why = boto3.client("sts"), 0, None
for _ in range(10):
    try:
        sts.get_caller_identity()
        done += 1
    except ClientError as error:
        why = error.response["Error"]["Code"]
print(json.dumps([done, why]))
"""
    done = sandbox.run(script, permit={"budgets": Budgets(calls=4)})
    assert (done.status, done.limit, done.result) == (Status.LIMITED, "calls", [4, "BudgetExceeded"])
    assert done.usage.calls == 4


def test_answers_together_are_bounded(sandbox):
    script = "import boto3\nc = boto3.client('sts')\nfor _ in range(9): c.get_caller_identity()\n"
    done = sandbox.run(script, permit={"budgets": Budgets(response_bytes=500)})
    assert (done.status, done.limit) == (Status.LIMITED, "response_bytes")


def test_cancelling_ends_the_child_at_once(sandbox):
    cancel = threading.Event()
    threading.Timer(1.5, cancel.set).start()
    began = time.monotonic()
    done = sandbox.run("import time; time.sleep(60)", cancel=cancel)
    assert done.status is Status.CANCELLED
    assert time.monotonic() - began < 30


def test_an_interrupt_leaves_nothing_behind(sandbox):
    def interrupt(_):
        raise KeyboardInterrupt

    script = "import boto3, time; boto3.client('sts').get_caller_identity(); time.sleep(60)"
    sandbox.aws.on("sts", "GetCallerIdentity", interrupt)
    with pytest.raises(KeyboardInterrupt):
        sandbox.run(script)
    assert [t.name for t in threading.enumerate() if t.name == "broker"] == []


def test_evidence_that_cannot_be_kept_ends_the_run(sandbox):
    class Full(Recorder):
        def record(self, *_, **__):
            raise StoreError("The disk is full.")

    with pytest.raises(StoreError, match="full"):
        sandbox.run("import boto3; boto3.client('sts').get_caller_identity()", recorder=Full)


def test_progress_is_told_call_by_call(sandbox):
    told = []
    sandbox.run("import boto3; boto3.client('sts').get_caller_identity(); print(1)", on_call=told.append)
    (notice,) = told
    assert isinstance(notice, CallNotice)
    assert (notice.service, notice.operation, notice.region, notice.code) == (
        "sts",
        "GetCallerIdentity",
        "us-east-1",
        "",
    )


def test_the_child_knows_nothing_of_its_surroundings(sandbox, monkeypatch):
    monkeypatch.setenv("SECRET_OF_THE_PARENT", "x")
    script = """
import json, os, sys, threading
print(json.dumps({"environment": sorted(os.environ), "modules": [m for m in sys.modules if m.startswith("cloudprobe")],
    "path": [p for p in sys.path if "main" in p], "argv": sys.argv, "user": os.getuid(), "cwd": os.getcwd()}))
"""
    seen = sandbox.run(script).result
    assert "SECRET_OF_THE_PARENT" not in seen["environment"]
    assert len(seen["environment"]) < 20
    assert (seen["modules"], seen["path"], seen["argv"]) == ([], [], ["probe.py"])
    assert seen["user"] != 0


def test_large_variables_and_large_answers(sandbox, aws):
    aws.on("s3", "ListBuckets", {"Buckets": [{"Name": f"bucket-{n:06}"} for n in range(50_000)]})
    script = """
import boto3, json, sys
given = json.load(sys.stdin)
print(json.dumps([len(given["x"]), len(boto3.client("s3").list_buckets()["Buckets"])]))
"""
    assert sandbox.run(script, {"x": "y" * 3_000_000}).result == [3_000_000, 50_000]


@pytest.mark.parametrize("tier", Tier)
def test_usage_is_known_even_of_a_child_that_was_ended(tier, sandbox):
    try:
        chosen = isolation.require(tier)
    except SandboxUnavailableError as error:
        pytest.skip(str(error))
    script = "import time\nx = bytearray(150 * 1024**2)\nwhile True: pass"
    done = sandbox.run(script, limits=Limits(wall_seconds=4.0), isolation=chosen)
    assert (done.status, done.limit, done.isolation) == (Status.LIMITED, "wall", tier)
    assert done.usage.cpu_seconds > 0.5
    assert done.usage.peak_memory_bytes > 150 * 1024**2
