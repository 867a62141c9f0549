"""What the sandbox costs: start, calls, memory. Every figure is a ratio of two things measured in this run.

The cloud is a small HTTP server of its own process, which answers at once: the least favourable case, because every
millisecond a real service takes makes the broker's share smaller.
"""

import hashlib
import itertools
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import botocore.session

from cloudprobe.errors import SandboxUnavailableError
from cloudprobe.sandbox import isolation, runner
from cloudprobe.sandbox.clients import SessionClients
from cloudprobe.sandbox.execution import Execution, Status
from cloudprobe.sandbox.limits import Limits
from cloudprobe.sandbox.ownership import ListedBuckets
from cloudprobe.sandbox.permit import AllowedOperation, Budgets, Permit
from cloudprobe.sandbox.recording import Recorder, Recording
from cloudprobe.sandbox.runtime import runtime

_STARTS = 7
_CALLS = 400
_LATENCY = 0.02
"""Seconds that a service takes to answer; AWS's own take 20 to 200 ms."""
_ACCOUNT = "123456789012"
_GENEROUS = Limits(wall_seconds=600.0, cpu_seconds=600)

_SERVER = """
import http.server, time, urllib.parse
ITEM = ('<item><instancesSet><item><instanceId>i-%017x</instanceId><imageId>ami-0abcdef</imageId><instanceState>'
    '<code>16</code><name>running</name></instanceState><launchTime>2026-01-01T00:00:00.000Z</launchTime><vpcId>vpc-1'
    '</vpcId><tagSet><item><key>Name</key><value>web</value></item></tagSet></item></instancesSet></item>')
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def do_POST(self):
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["content-length"])).decode())
        size = int(form.get("MaxResults", ["10"])[0])
        page = int(form.get("NextToken", ["0"])[0])
        more = "<nextToken>%d</nextToken>" % (page + 1) if size >= 100 and page < 199 else ""
        items = "".join(ITEM % (page * size + n) for n in range(size))
        if (pause := float(form.get("Filter.1.Value.1", ["0"])[0])):
            time.sleep(pause)
        body = ('<DescribeInstancesResponse xmlns="http://ec2.amazonaws.com/doc/2016-11-15/"><requestId>r</requestId>'
            "<reservationSet>" + items + "</reservationSet>" + more + "</DescribeInstancesResponse>").encode()
        self.send_response(200)
        self.send_header("content-length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)
    def log_message(self, *a): pass
class Server(http.server.ThreadingHTTPServer):
    request_queue_size = 64
    daemon_threads = True
Handler.wbufsize = -1
server = Server(("127.0.0.1", 0), Handler)
print(server.server_address[1], flush=True)
server.serve_forever()
"""

_CALLING = """
import json, sys, time
from concurrent.futures import ThreadPoolExecutor
import boto3
from botocore.config import Config
given = json.load(sys.stdin)
client = boto3.client("ec2", config=Config(max_pool_connections=16))
ask = {"Filters": [{"Name": "pause", "Values": [str(given["pause"])]}]} if given["pause"] else {}
client.describe_instances()
def work(_):
    began = time.perf_counter()
    client.describe_instances(**ask)
    return time.perf_counter() - began
began = time.perf_counter()
with ThreadPoolExecutor(given["threads"]) as pool:
    seconds = sorted(pool.map(work, range(given["calls"])))
total = time.perf_counter() - began
print(json.dumps({"median": seconds[len(seconds) // 2], "p99": seconds[int(len(seconds) * .99)], "total": total}))
"""

_VOLUME = """
import json, sys
from concurrent.futures import ThreadPoolExecutor
import boto3
from botocore.config import Config
client = boto3.client("ec2", config=Config(max_pool_connections=16))
def work(n):
    size = 2700 if n % 33 == 0 else 10
    return sum(len(r["Instances"]) for r in client.describe_instances(MaxResults=size)["Reservations"])
with ThreadPoolExecutor(8) as pool:
    print(sum(pool.map(work, range(10_000))))
"""

_READING = """
import boto3
found = 0
for page in boto3.client("ec2").get_paginator("describe_instances").paginate(PaginationConfig={"PageSize": 100}):
    found += sum(len(r["Instances"]) for r in page["Reservations"])
print(found)
"""


def run() -> list[tuple[str, str]]:
    """Lines for the table of ``python -m benchmarks``."""
    with tempfile.TemporaryDirectory() as folder, _cloud() as endpoint:
        bench = _Bench(Path(folder), endpoint)
        return [*bench.starts(), *bench.calls(), *bench.memory(), *bench.volume()]


@contextmanager
def _cloud() -> Iterator[str]:
    with subprocess.Popen([sys.executable, "-c", _SERVER], stdout=subprocess.PIPE, text=True) as server:
        try:
            assert server.stdout is not None
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.kill()


class _Bench:
    def __init__(self, folder: Path, endpoint: str) -> None:
        self._endpoint = endpoint
        self._folders = (folder / f"run-{n}" for n in itertools.count())
        self._last = folder

    def starts(self) -> list[tuple[str, str]]:
        tiers = [tier for tier in isolation.Tier if _holds(tier)]
        self._run("import boto3; print(1)")
        seconds: dict[str, list[float]] = {name: [] for name in ("plain", *tiers)}
        for _ in range(_STARTS):
            began = time.perf_counter()
            subprocess.run([sys.executable, "-c", "import boto3"], check=True)
            seconds["plain"].append(time.perf_counter() - began)
            for tier in tiers:
                began = time.perf_counter()
                self._run("import boto3; print(1)", tier=tier)
                seconds[tier].append(time.perf_counter() - began)
        plain = statistics.median(seconds["plain"])
        return [
            (
                f"start over `python -c 'import boto3'`, {tier}",
                f"{statistics.median(seconds[tier]) / plain:.2f}x ({plain * 1000:.0f} ms)",
            )
            for tier in tiers
        ]

    def calls(self) -> list[tuple[str, str]]:
        lines = []
        for threads, pause in ((1, 0.0), (8, 0.0), (1, _LATENCY), (8, _LATENCY)):
            variables = {"threads": threads, "calls": _CALLS, "pause": pause}
            after = f" after {pause * 1000:.0f} ms" if pause else ""
            direct, brokered = [], []
            for _ in range(3):
                direct.append(self._direct(variables))
                brokered.append(self._run(_CALLING, variables).result)
            for name in ("median", "p99", "total"):
                ours, plain = (statistics.median(x[name] for x in each) for each in (brokered, direct))
                lines.append(
                    (
                        f"brokered over direct call{after}, {threads} threads, {name}",
                        f"{ours / plain:.2f}x ({plain * 1000:.2f} → {ours * 1000:.2f} ms)",
                    )
                )
        return lines

    def memory(self) -> list[tuple[str, str]]:
        self._run(_READING)  # pools and caches are filled by the first run, and kept
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        small = self._run("import boto3; boto3.client('ec2').describe_instances(); print(1)")
        done = self._run(_READING)
        assert done.result == 20_000
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        stored = sum(path.stat().st_size for path in self._last.iterdir())
        began = time.perf_counter()
        calls = sum(1 for _ in Recording.load(self._last))
        reading = time.perf_counter() - began
        child, least = done.usage.peak_memory_bytes, small.usage.peak_memory_bytes
        return [
            ("child's peak memory, 20,000 resources over one page", f"{child / least:.2f}x ({child >> 20} MiB)"),
            ("parent's growth over 20,000 resources", f"{grown / 1024:.1f} MiB"),
            (
                "recording over answers, 20,000 resources",
                f"{stored / done.usage.response_bytes:.3f}x ({stored >> 10} KiB)",
            ),
            ("reading the recording back over making it", f"{reading / done.usage.wall_seconds:.3f}x ({calls} calls)"),
        ]

    def volume(self) -> list[tuple[str, str]]:
        """10,000 calls and 200 MB of answers through one run, and the same again from its recording."""
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        done = self._run(_VOLUME)
        grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
        stored = sum(path.stat().st_size for path in self._last.iterdir())
        began = time.perf_counter()
        again = runner.replay(
            _VOLUME, {}, permit=_permit(_VOLUME), recording=Recording.load(self._last), limits=_GENEROUS
        )
        replayed = time.perf_counter() - began
        assert again.result == done.result, (again.error, again.stderr)
        usage, what = done.usage, f"{done.usage.calls:,} calls, {done.usage.response_bytes / 1e6:.0f} MB of answers"
        return [
            (f"child's peak memory, {what}", f"{usage.peak_memory_bytes / (1 << 20):.0f} MiB"),
            (f"parent's growth, {what}", f"{grown / 1024:.1f} MiB"),
            ("bytes of recording per 1,000 calls of that", f"{stored / usage.calls * 1000 / 1024:.0f} KiB"),
            (
                "replaying it over running it",
                f"{replayed / usage.wall_seconds:.2f}x ({usage.calls / replayed:,.0f} calls/s)",
            ),
        ]

    def _direct(self, variables: dict[str, Any]) -> dict[str, float]:
        environment = {
            "AWS_ENDPOINT_URL": self._endpoint,
            "AWS_ACCESS_KEY_ID": "x",
            "AWS_SECRET_ACCESS_KEY": "x",
            "AWS_DEFAULT_REGION": "us-east-1",
        }
        done = subprocess.run(
            [sys.executable, "-c", _CALLING],
            input=json.dumps(variables).encode(),
            env=environment,
            capture_output=True,
            check=True,
        )
        measured: dict[str, float] = json.loads(done.stdout)
        return measured

    def _run(self, script: str, variables: dict[str, Any] | None = None, *, tier: str = "") -> Execution:
        session = botocore.session.Session()
        session.set_credentials("x", "x")
        self._last = next(self._folders)
        with Recorder(self._last) as recorder:
            done = runner.run(
                script,
                variables or {},
                permit=_permit(script),
                clients=SessionClients(session, endpoint_url=self._endpoint),
                ownership=ListedBuckets({_ACCOUNT}, list_buckets=list),
                recorder=recorder,
                isolation=isolation.require(isolation.Tier(tier)) if tier else None,
                limits=_GENEROUS,
            )
        assert done.status is Status.SUCCEEDED, (done.error, done.stderr)
        return done


def _permit(script: str) -> Permit:
    return Permit(
        operations=(AllowedOperation(service="ec2", operation="DescribeInstances"),),
        accounts=(_ACCOUNT,),
        budgets=Budgets(calls=20_000, response_bytes=1 << 30, calls_per_second=1e6),
        script_digest=hashlib.sha256(script.encode()).hexdigest(),
        policy_digest="",
    )


def _holds(tier: isolation.Tier) -> bool:
    runtime()
    try:
        isolation.require(tier)
    except SandboxUnavailableError:
        return False
    return True


if __name__ == "__main__":
    for label, figure in run():
        print(f"{label:60} {figure}")
