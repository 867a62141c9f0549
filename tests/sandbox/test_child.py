"""What stands beneath a script: filter, clock, process; tested from outside the child where that is possible."""

import datetime as dt
import itertools
import os
import platform
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from botocore.utils import parse_timestamp

from cloudprobe.sandbox import isolation
from cloudprobe.sandbox.budget import Budget
from cloudprobe.sandbox.child import cleaner, seccomp
from cloudprobe.sandbox.child.clock import Clock
from cloudprobe.sandbox.child.numbers import NUMBERS, numbers_for
from cloudprobe.sandbox.clients import timestamp
from cloudprobe.sandbox.execution import Status
from cloudprobe.sandbox.isolation import Tier
from cloudprobe.sandbox.launch import launch
from cloudprobe.sandbox.limits import Limits
from cloudprobe.sandbox.ownership import ListedBuckets
from cloudprobe.sandbox.permit import Budgets
from cloudprobe.sandbox.runtime import runtime

HEADERS = (
    "/usr/include/x86_64-linux-gnu/asm/unistd_64.h",
    "/usr/include/asm-generic/unistd.h",
)


@pytest.mark.parametrize("column", [0, 1])
def test_system_call_numbers_are_the_kernels(column):
    path = Path(HEADERS[column])
    if not path.exists():
        pytest.skip("no kernel headers here")
    known = dict(re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)$", path.read_text(), re.MULTILINE))
    ours = {name: both[column] for name, both in NUMBERS.items() if both[column] is not None and name in known}
    assert ours == {name: int(known[name]) for name in ours}
    assert len(ours) > 80


@pytest.mark.parametrize("machine", ["x86_64", "aarch64"])
@pytest.mark.parametrize("hide", [True, False])
def test_the_filter_is_a_program_the_kernel_can_take(machine, hide):
    code = seccomp.program(machine, pid=1, hide_metadata=hide)
    assert len(code) % 8 == 0
    assert len(code) // 8 < 4096
    assert set(seccomp.DENIED) | set(seccomp.METADATA) <= set(NUMBERS)


def test_without_a_table_there_is_no_filter_and_no_run():
    with pytest.raises(OSError, match="riscv64"):
        numbers_for("riscv64")


DENIED_CALLS = """
import ctypes, errno, json, sys
libc = ctypes.CDLL(None, use_errno=True)
answers = {}
for name, number in json.load(sys.stdin).items():
    ctypes.set_errno(0)
    answers[name] = errno.errorcode.get(ctypes.get_errno(), "") if libc.syscall(number, -1, -1, -1, -1, -1, -1) >= 0 else errno.errorcode[ctypes.get_errno()]
print(json.dumps(answers))
"""


@pytest.mark.parametrize("tier", Tier)
def test_every_denied_call_is_denied_in_a_child(tier, sandbox):
    try:
        chosen = isolation.require(tier)
    except isolation.SandboxUnavailableError as error:
        pytest.skip(str(error))
    numbers = numbers_for(platform.machine())
    names = [*seccomp.DENIED, *(seccomp.METADATA if tier is Tier.LANDLOCK else [])]
    asked = {name: numbers[name] for name in names if name in numbers}
    answers = sandbox.run(DENIED_CALLS, asked, isolation=chosen).result
    assert answers == dict.fromkeys(asked, "EPERM")


def test_the_clock_stands_still_until_something_happens():
    clock = Clock(1_000_000)
    assert {clock.read() for _ in range(100)} == {1_000_000}
    clock.reach(2_000_000)
    clock.reach(1_500_000)
    assert clock.read() == 2_000_000
    assert clock.since() == 2_000_000


def test_who_only_watches_the_clock_gets_on():
    clock = Clock(0)
    assert max(clock.read() for _ in range(5_000)) > 1_000_000


CLOCK = """
import copy, datetime, json, pickle, time
from datetime import date, datetime as D, timezone, timedelta
import boto3
boto3.client("sts").get_caller_identity()
aware, naive = D.now(timezone.utc), D.utcnow()
assert aware.tzinfo is timezone.utc and naive.tzinfo is None and D.now().date() == date.today() == D.today().date()
assert type(aware) is D and isinstance(aware, date) and not isinstance(date.today(), D) and issubclass(D, date)
assert aware - timedelta(days=1) < aware < D.max.replace(tzinfo=timezone.utc) and copy.deepcopy(aware) == aware
assert abs(time.time() - aware.timestamp()) < 2 and time.time_ns() // 10**9 == int(time.time())
assert time.gmtime().tm_year == aware.year == time.localtime().tm_year == int(time.strftime("%Y")) and str(aware.year) in time.ctime()
assert time.strftime("%Y", time.gmtime(0)) == "1970" == time.asctime(time.gmtime(0))[-4:] == time.ctime(0)[-4:] and str(aware.year) in time.asctime()
before, began = time.time(), time.monotonic()
time.sleep(0.05)
assert time.time() - before > 0.049 and time.monotonic() - began > 0.049
import threading
before = time.time()
sleepers = [threading.Thread(target=time.sleep, args=(0.1,)) for _ in range(16)]
for t in sleepers: t.start()
for t in sleepers: t.join()
assert 0.09 < time.time() - before < 0.2
deadline = time.time() + 2
while time.time() < deadline:
    pass
print(json.dumps({"now": aware.isoformat()}))
"""


def test_the_clock_of_a_script_passes_for_the_real_one(sandbox):
    done = sandbox.run(CLOCK)
    assert done.status is Status.SUCCEEDED, done.stderr
    off = dt.datetime.fromtimestamp(time.time(), dt.UTC) - dt.datetime.fromisoformat(done.result["now"])
    assert abs(off) < dt.timedelta(minutes=2)


PARENT = """
import sys
sys.path.insert(0, {root!r})
from cloudprobe.sandbox.isolation import Tier
from cloudprobe.sandbox.launch import launch
from cloudprobe.sandbox.limits import Limits
from cloudprobe.sandbox.process import Child
from cloudprobe.sandbox.runtime import runtime
plan = launch({tier!r}, runtime=runtime(), limits=Limits(), region="us-east-1")
child = Child(plan)
child.send(plan.settings)
child.send({{"script": "import os\\nprint(1, flush=True)\\nwhile True: pass", "start": 0, "sleep": True}})
import os
os.read(child.stdout, 1)
print(child._process.pid, flush=True)
import time
time.sleep(600)
"""


@pytest.mark.parametrize("tier", Tier)
def test_a_child_does_not_outlive_its_parent(tier):
    try:
        isolation.require(tier)
    except isolation.SandboxUnavailableError as error:
        pytest.skip(str(error))
    source = PARENT.format(root=str(Path(__file__).parents[2]), tier=str(tier))
    with subprocess.Popen([sys.executable, "-c", source], stdout=subprocess.PIPE, text=True) as parent:
        pid = int(parent.stdout.readline())
        assert Path(f"/proc/{pid}").exists()
        family = [pid, *map(int, Path(f"/proc/{pid}/task/{pid}/children").read_text().split())]
        parent.send_signal(signal.SIGKILL)
        parent.wait()
    deadline = time.monotonic() + 20
    while any(map(alive, family)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(map(alive, family))
    for folder in Path("/tmp").glob(f"cloudprobe-run-{parent.pid}-*"):
        for path in (*folder.iterdir(), folder):  # a killed parent cannot clean up; its folder holds nothing but links
            assert path.is_dir()
        subprocess.run(["rm", "-r", folder], check=True)


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def test_whatever_a_script_left_is_removed(tmp_path):
    folder = tmp_path / "run"
    folder.mkdir()
    (folder / "link").symlink_to(tmp_path / "kept")
    (tmp_path / "kept").mkdir()
    (tmp_path / "kept" / "file").touch()
    (folder / "closed").mkdir()
    (folder / "closed" / "file").touch()
    (folder / "closed").chmod(0o000)
    here = os.open(folder, os.O_DIRECTORY)
    for depth in range(3_000):  # no path reaches that deep, nor does a recursion
        os.mkdir("d" * 50, dir_fd=here)
        if depth % 100 == 0:
            os.close(os.open("file", os.O_CREAT | os.O_WRONLY, dir_fd=here))
        deeper = os.open("d" * 50, os.O_DIRECTORY, dir_fd=here)
        os.close(here)
        here = deeper
    os.close(here)
    cleaner.clear(str(folder))
    assert sorted(path.name for path in tmp_path.iterdir()) == ["kept"]
    assert (tmp_path / "kept" / "file").exists()
    cleaner.clear(str(folder))


def test_a_tier_without_its_program_says_so(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    with pytest.raises(PermissionError, match="needs root"):
        launch("bubblewrap-root", runtime=runtime(), limits=Limits(), region="us-east-1")


def test_pacing_lets_a_second_go_at_once_and_then_waits():
    budget = Budget(Budgets(calls_per_second=50.0))
    pauses = []
    for _ in range(60):
        with budget._lock:
            pauses.append(budget._pause())
    assert all(pause <= 0 for pause in pauses[:49])
    assert all(later > earlier for earlier, later in itertools.pairwise(pauses[51:]))
    assert pauses[-1] > 0.1
    budget.take_call()


@pytest.mark.parametrize(
    "text",
    [
        "2026-01-02T03:04:05Z",
        "2026-01-02T03:04:05.678Z",
        "2026-01-02T03:04:05.678901Z",
        "2026-01-02T03:04:05+02:00",
        "2026-01-02",
        "Fri, 02 Jan 2026 03:04:05 GMT",
        "20260102T030405Z",
        1767323045,
        1767323045.5,
        "1767323045",
    ],
)
def test_times_are_read_as_botocore_reads_them(text):
    ours, theirs = timestamp(text), parse_timestamp(text)
    assert ours == theirs
    assert ours.utcoffset() == theirs.utcoffset()


@pytest.mark.parametrize("text", ["2026-02-30T00:00:00Z", "2026-01-01T25:00:00Z", "soon"])
def test_times_that_are_none_are_refused_as_botocore_refuses_them(text):
    for read in (timestamp, parse_timestamp):
        with pytest.raises(ValueError):
            read(text)


def test_buckets_are_listed_again_a_few_times_at_most():
    listings = iter([["a"], ["a", "b"], ["a", "b", "c"]])
    buckets = ListedBuckets({"1"}, list_buckets=lambda: next(listings), refreshes=3)
    assert [buckets.owns_bucket(name) for name in ("a", "b", "z", "z", "b")] == [True, True, False, False, True]
    assert buckets.accounts() == {"1"}
