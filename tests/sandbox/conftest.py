"""A cloud without a network: botocore's own clients, answered before anything would be sent."""

import contextlib
import itertools
import os
import socket
import subprocess
import tempfile
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import botocore.awsrequest
import botocore.session
import pytest
from botocore.exceptions import BotoCoreError

from cloudprobe.sandbox import runner
from cloudprobe.sandbox.clients import SessionClients
from cloudprobe.sandbox.execution import Execution
from cloudprobe.sandbox.limits import Limits
from cloudprobe.sandbox.permit import AllowedOperation, Budgets, Permit
from cloudprobe.sandbox.recording import Recorder, Recording

ACCOUNT = "123456789012"
FOREIGN_ACCOUNT = "999999999999"


MODELS = botocore.session.Session().get_component("data_loader")
"""Read once for all clouds."""


class ServiceError(Exception):
    """What a fake operation raises to answer with an error of the service."""

    def __init__(self, code: str, message: str = "no", status: int = 400) -> None:
        super().__init__(code)
        self.code, self.message, self.status = code, message, status


Operation = Callable[[Mapping[str, Any]], dict[str, Any]]


class FakeAws:
    """Answers by operation, and remembers what it was asked. Thread-safe."""

    ServiceError = ServiceError

    def __init__(self) -> None:
        self.operations: dict[tuple[str, str], Operation] = {}
        self.asked: list[tuple[str, str, str, dict[str, Any]]] = []
        self.request_ids: Callable[[], str | None] = (f"request-{n}" for n in itertools.count(1)).__next__
        self._local = threading.local()
        self._lock = threading.Lock()
        session = botocore.session.Session()
        session.register_component("data_loader", MODELS)
        session.set_credentials("AKIAIOSFODNN7EXAMPLE", "trusted-side-only")
        session.register("provide-client-params", self._remember)
        session.register("before-call", self._answer)
        self.clients = SessionClients(session)

    def on(self, service: str, operation: str, answer: Operation | dict[str, Any]) -> None:
        self.operations[service, operation] = answer if callable(answer) else lambda _: dict(answer)

    def calls(self, service: str, operation: str) -> list[dict[str, Any]]:
        return [asked[3] for asked in self.asked if asked[:2] == (service, operation)]

    def permit(self, script: str, **changes: Any) -> Permit:
        """A permit for everything this cloud can answer."""
        operations = changes.pop("operations", tuple(self.operations))
        values: dict[str, Any] = {
            "operations": tuple(AllowedOperation(service=s, operation=o) for s, o in operations),
            "accounts": (ACCOUNT,),
            "budgets": Budgets(calls_per_second=100_000),
            "script_digest": runner.digest(script),
            "policy_digest": "0" * 64,
        }
        return Permit(**{**values, **changes})

    def _remember(self, params: dict[str, Any], **_: Any) -> None:
        self._local.params = params

    def _answer(self, model: Any, context: dict[str, Any], **_: Any) -> Any:
        service = model.service_model.service_name
        with self._lock:
            self.asked.append((service, model.name, context["client_region"], self._local.params))
        metadata: dict[str, Any] = {"HTTPStatusCode": 200, "HTTPHeaders": {}, "RetryAttempts": 0}
        if (request_id := self.request_ids()) is not None:
            metadata["RequestId"] = request_id
        try:
            body = self.operations[service, model.name](self._local.params)
        except ServiceError as error:
            metadata["HTTPStatusCode"] = error.status
            body = {"Error": {"Code": error.code, "Message": error.message}}
        except BotoCoreError:
            raise
        http = botocore.awsrequest.AWSResponse("https://fake", metadata["HTTPStatusCode"], {}, None)
        return http, {**body, "ResponseMetadata": metadata}


class FakeOwnership:
    """Owns what it is told to."""

    def __init__(self, buckets: set[str], accounts: frozenset[str] = frozenset({ACCOUNT})) -> None:
        self.buckets, self._accounts = buckets, accounts

    def accounts(self) -> frozenset[str]:
        return self._accounts

    def owns_bucket(self, name: str) -> bool:
        return name in self.buckets


@pytest.fixture
def aws() -> FakeAws:
    cloud = FakeAws()
    cloud.on("sts", "GetCallerIdentity", {"Account": ACCOUNT, "UserId": "u", "Arn": f"arn:aws:iam::{ACCOUNT}:user/u"})
    cloud.on("s3", "ListBuckets", {"Buckets": [{"Name": "mine"}], "Owner": {"ID": "me"}})
    return cloud


class Sandbox:
    """Runs scripts against a fake cloud, as the product would."""

    def __init__(self, aws: FakeAws, folder: Any) -> None:
        self.aws = aws
        self.ownership = FakeOwnership({"mine"})
        self._folder = folder
        self._runs = itertools.count()
        self.recording_folder = folder

    def run(
        self,
        script: str,
        variables: dict[str, Any] | None = None,
        *,
        limits: Limits | None = None,
        permit: Mapping[str, Any] | None = None,
        recorder: type[Recorder] = Recorder,
        **options: Any,
    ) -> Execution:
        self.recording_folder = self._folder / f"run-{next(self._runs)}"
        with recorder(self.recording_folder) as open_recorder:
            return runner.run(
                script,
                variables or {},
                permit=self.aws.permit(script, **(permit or {})),
                clients=self.aws.clients,
                ownership=self.ownership,
                recorder=open_recorder,
                limits=limits or Limits(wall_seconds=60),
                **options,
            )

    def recording(self) -> Recording:
        return Recording.load(self.recording_folder)


@pytest.fixture
def sandbox(aws: FakeAws, tmp_path: Any) -> Sandbox:
    return Sandbox(aws, tmp_path)


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
