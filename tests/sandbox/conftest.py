"""A cloud without a network: botocore's own clients, answered before anything would be sent."""

import itertools
import threading
from collections.abc import Callable, Mapping
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
