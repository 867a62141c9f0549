"""Scripts that attack. Whatever they try: nobody is reached, nothing is read, nothing is changed, nothing is left."""

import contextlib
import os
import socket
import subprocess
import tempfile
import threading
import time
import uuid
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from cloudprobe.errors import SandboxUnavailableError
from cloudprobe.sandbox import isolation
from cloudprobe.sandbox.execution import Status
from cloudprobe.sandbox.isolation import Tier
from cloudprobe.sandbox.limits import Limits
from cloudprobe.sandbox.permit import Budgets

SCRIPTS = sorted((Path(__file__).parent / "hostile").glob("*.py"))
LIMITS = Limits(
    wall_seconds=4.0,
    cpu_seconds=2,
    memory_bytes=512 * 1024 * 1024,
    file_bytes=8 * 1024 * 1024,
    result_bytes=1024 * 1024,
)
EXPECTED_LIMIT = {
    "res_big_integer": {"cpu", "memory", "wall"},
    "res_call_flood": {"calls"},
    "res_cpu": {"cpu"},
    "res_cpu_threads": {"cpu"},
    "res_descriptors": {"files"},
    "res_file_large": {"files"},
    "res_files_many": {"files"},
    "res_fork_bomb": {"processes"},
    "res_memory_list": {"memory"},
    "res_memory_mmap": {"memory"},
    "res_memory_string": {"memory"},
    "res_pipes": {"files"},
    "res_redos": {"cpu"},
    "res_result_large": {"result"},
    "res_sleep": {"wall"},
    "res_sleep_ignoring_signals": {"wall"},
    "res_stderr_flood": {"output"},
    "res_stdout_flood": {"result"},
    "res_thread_after_main": {"wall"},
    "res_threads": {"processes", "memory"},
    "res_atexit_loop": {"cpu"},
    "code_close_streams": {"wall"},
    "code_half_frame_and_hang": {"wall"},
}
# In the default run each group is represented; the long sweep runs everything everywhere.
SAMPLE = {
    "net_tcp_connect", "net_unix_datagram_from_socketpair", "net_restore_botocore", "net_io_uring", "file_secret",
    "file_secret_chmod", "file_parent_environment", "proc_subprocess", "proc_kill_parent", "proc_x32_syscalls",
    "code_forged_question", "code_deep_list", "code_garbage", "code_threads_garbage", "res_memory_list", "res_cpu",
    "res_threads", "res_files_many", "aws_foreign_bucket", "aws_foreign_queue", "aws_mutations", "aws_header_injection",
}  # fmt: skip
ALLOWED = (
    ("sts", "GetCallerIdentity"), ("s3", "ListBuckets"), ("s3", "ListObjectsV2"), ("sqs", "GetQueueAttributes"),
    ("iam", "GetPolicy"), ("lambda", "GetFunctionConfiguration"), ("kms", "DescribeKey"),
    ("cloudformation", "GetTemplateSummary"),
)  # fmt: skip


@dataclass
class Canaries:
    """What an attacker would want. ``touched`` names what was."""

    folder: Path
    marker: str = field(default_factory=lambda: f"marker-{uuid.uuid4().hex}")
    touched: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.secret = self.folder / "secret"
        self.secret.write_text(self.marker)
        self.secret.chmod(0o600)
        os.utime(self.secret, (1_000_000_000, 1_000_000_000))
        self.tcp = socket.create_server(("127.0.0.1", 0))
        self.udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.udp.bind(("127.0.0.1", 0))
        self.unix = self._unix(socket.SOCK_STREAM, str(self.folder / "stream"))
        self.datagram = self._unix(socket.SOCK_DGRAM, str(self.folder / "datagram"))
        self.abstract = self._unix(socket.SOCK_STREAM, f"\0cloudprobe-{self.marker}")
        for name in ("stream", "datagram"):
            (self.folder / name).chmod(0o777)
        self.process = subprocess.Popen(["sleep", "3600"], env={"SECRET": f"{self.marker}-env"})
        for kind, server in (("tcp", self.tcp), ("unix", self.unix), ("abstract", self.abstract)):
            threading.Thread(target=self._accept, args=(kind, server), daemon=True).start()
        for kind, server in (("udp", self.udp), ("datagram", self.datagram)):
            threading.Thread(target=self._receive, args=(kind, server), daemon=True).start()

    def variables(self) -> dict:
        return {
            "tcp_port": self.tcp.getsockname()[1],
            "udp_port": self.udp.getsockname()[1],
            "unix_path": str(self.folder / "stream"),
            "unix_datagram": str(self.folder / "datagram"),
            "abstract": f"cloudprobe-{self.marker}",
            "secret_file": str(self.secret),
            "parent_pid": os.getpid(),
            "foreign_bucket": "attackers-bucket",
            "marker": self.marker[:12],
        }

    def assert_untouched(self) -> None:
        assert self.touched == []
        assert self.secret.read_text() == self.marker
        details = self.secret.stat()
        assert (details.st_mtime, details.st_mode & 0o777) == (1_000_000_000, 0o600)
        assert sorted(path.name for path in self.folder.iterdir()) == ["datagram", "secret", "stream"]
        assert self.process.poll() is None

    def close(self) -> None:
        self.process.kill()
        self.process.wait()
        for server in (self.tcp, self.udp, self.unix, self.datagram, self.abstract):
            # Wakes the thread that waits in it, which closing alone does not.
            with contextlib.suppress(OSError):
                server.shutdown(socket.SHUT_RDWR)
            server.close()

    def _unix(self, kind: int, address: str) -> socket.socket:
        server = socket.socket(socket.AF_UNIX, kind)
        server.bind(address)
        if kind == socket.SOCK_STREAM:
            server.listen()
        return server

    def _accept(self, kind: str, server: socket.socket) -> None:
        try:
            while True:
                connection, _ = server.accept()
                self.touched.append(kind)
                connection.close()
        except OSError:
            return

    def _receive(self, kind: str, server: socket.socket) -> None:
        try:
            while server.recvfrom(100)[0]:
                self.touched.append(kind)
        except OSError:
            return


@pytest.fixture(scope="module")
def canaries():
    with tempfile.TemporaryDirectory(prefix="canary-") as folder:
        Path(folder).chmod(0o755)
        canaries = Canaries(Path(folder))
        yield canaries
        canaries.close()


def tier_or_skip(tier):
    try:
        return isolation.require(tier)
    except SandboxUnavailableError as error:
        pytest.skip(str(error))


def attack(script, tier, *, canaries, aws, sandbox):
    for service, operation in ALLOWED:
        aws.on(service, operation, {})
    descriptors = open_descriptors()
    threads = threading.active_count()
    done = sandbox.run(
        script.read_text(),
        canaries.variables(),
        limits=LIMITS,
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
    assert done.usage.wall_seconds < LIMITS.wall_seconds + 12, story
    deadline = time.monotonic() + 5
    while threading.active_count() > threads and time.monotonic() < deadline:
        time.sleep(0.01)
    assert threading.active_count() <= threads, story
    assert open_descriptors() == descriptors, story
    assert not [*Path("/tmp").glob(f"cloudprobe-run-{os.getpid()}-*"), *Path("/tmp").glob("evil*")], story
    assert no_child_left(canaries.process.pid), story
    return done


def open_descriptors():
    return len(list(Path("/proc/self/fd").iterdir()))


def no_child_left(but):
    children = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children").read_text().split()
    return [pid for pid in children if int(pid) != but] == []


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
