"""Scripts that attack. Whatever they try: nobody is reached, nothing is read, nothing is changed, nothing is left."""

import dataclasses
import os
import threading
import time
from pathlib import Path

import pytest

from cloudprobe.errors import SandboxUnavailableError
from cloudprobe.sandbox import isolation
from cloudprobe.sandbox.execution import Status
from cloudprobe.sandbox.isolation import Tier
from cloudprobe.sandbox.limits import Limits
from cloudprobe.sandbox.permit import Budgets
from tests.sandbox.expected_limits import EXPECTED_LIMIT

SCRIPTS = sorted((Path(__file__).parent / "hostile").glob("*.py"))
LIMITS = Limits(
    wall_seconds=4.0,
    cpu_seconds=2,
    memory_bytes=512 * 1024 * 1024,
    file_bytes=8 * 1024 * 1024,
    result_bytes=1024 * 1024,
)
# In the default run each group is represented; the long sweep runs everything everywhere.
SAMPLE = {
    "net_tcp_connect", "net_unix_datagram_from_socketpair", "net_restore_botocore", "net_io_uring", "file_secret",
    "file_secret_chmod", "file_parent_environment", "proc_subprocess", "proc_kill_parent", "proc_x32_syscalls",
    "code_forged_question", "code_deep_list", "code_garbage", "code_threads_garbage", "res_memory_list", "res_cpu",
    "res_threads", "res_files_many", "aws_foreign_bucket", "aws_foreign_queue", "aws_mutations", "aws_header_injection",
    "aws_foreign_in_every_clothing", "code_import_tricks", "code_permit_forged", "net_proxies_of_config",
}  # fmt: skip
ALLOWED = (
    ("sts", "GetCallerIdentity"), ("s3", "ListBuckets"), ("s3", "ListObjectsV2"), ("sqs", "GetQueueAttributes"),
    ("iam", "GetPolicy"), ("lambda", "GetFunctionConfiguration"), ("kms", "DescribeKey"),
    ("cloudformation", "GetTemplateSummary"),
)  # fmt: skip


def tier_or_skip(tier):
    try:
        return isolation.require(tier)
    except SandboxUnavailableError as error:
        pytest.skip(str(error))


def attack(script, tier, *, canaries, aws, sandbox):
    for service, operation in ALLOWED:
        aws.on(service, operation, {})
    # Where the clock must not be what ends it, a busy machine gets more of it.
    by_clock = "wall" in EXPECTED_LIMIT.get(script.stem, {"wall"})
    limits = LIMITS if by_clock else dataclasses.replace(LIMITS, wall_seconds=20.0)
    descriptors = open_descriptors()
    threads = threading.active_count()
    others = children()  # of the embedded account, say, that earlier tests of this worker started
    done = sandbox.run(
        script.read_text(),
        canaries.variables(),
        limits=limits,
        isolation=tier_or_skip(tier),
        permit={"budgets": Budgets(calls=200, calls_per_second=100_000), "operations": ALLOWED},
    )
    story = f"{script.stem} on {tier}: {done.status} {done.limit} {done.error} {done.stderr[-1500:]}"
    canaries.assert_untouched()
    assert script.stem == "res_stderr_flood" or "STARTED" in done.stderr, story
    assert "LEAKED" not in done.stderr, story
    assert not (isinstance(done.result, dict) and "leaked" in done.result), story
    assert canaries.marker not in f"{done.result}{done.stderr}", story
    for service, operation, region, parameters in aws.asked:
        assert (service, operation) in ALLOWED, story
        assert "stolen" not in str(parameters), story
        assert region in ("us-east-1", "aws-global"), story
    assert "exec" not in str(done.result)
    if script.stem in EXPECTED_LIMIT:
        assert done.status is Status.LIMITED, story
        assert done.limit in EXPECTED_LIMIT[script.stem], story
        assert done.limit.advice
    assert done.usage.wall_seconds < limits.wall_seconds + 12, story
    deadline = time.monotonic() + 5
    while threading.active_count() > threads and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() <= threads, story
    assert open_descriptors() == descriptors, story
    assert not [*Path("/tmp").glob(f"cloudprobe-run-{os.getpid()}-*"), *Path("/tmp").glob("evil*")], story
    assert children() <= others, story
    return done


def open_descriptors():
    return len(list(Path("/proc/self/fd").iterdir()))


def children():
    return set(Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split())


@pytest.mark.parametrize("script", [script for script in SCRIPTS if script.stem in SAMPLE], ids=lambda path: path.stem)
def test_sample_on_the_strongest_tier(script, canaries, aws, sandbox):
    attack(script, isolation.detect().tier, canaries=canaries, aws=aws, sandbox=sandbox)


@pytest.mark.parametrize("tier", Tier)
@pytest.mark.parametrize("name", ["net_tcp_connect", "file_secret", "file_secret_chmod", "proc_kill_parent"])
def test_essentials_on_every_tier(name, tier, canaries, aws, sandbox):
    attack(Path(__file__).parent / "hostile" / f"{name}.py", tier, canaries=canaries, aws=aws, sandbox=sandbox)


@pytest.mark.full
@pytest.mark.parametrize("tier", Tier)
@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_everything_on_every_tier(script, tier, canaries, aws, sandbox):
    attack(script, tier, canaries=canaries, aws=aws, sandbox=sandbox)
