"""Sessions of an emulated account, and sessions whose process dies between two calls."""

from collections.abc import Callable

import pytest

from cloudprobe.adapters.aws.role_grantor import RoleGrantor
from cloudprobe.adapters.aws.session import AwsSession, Keys, open_session
from cloudprobe.domain.run import GrantRequest
from cloudprobe.guard.policy import digest
from cloudprobe.testing import FakeClock

RUN = "20261124-034200-9f86d081/1/1/0"


class Killed(BaseException):
    """What stands in for SIGKILL: nobody catches it, and nothing works after it."""


class MortalSession:
    """An ``AwsSession`` that dies before its n-th call, and stays dead. ``calls`` counts those that were made."""

    def __init__(self, session: AwsSession, *, calls_to_live: int) -> None:
        self._session = session
        self._left = calls_to_live
        self._clients: dict[tuple[str, str | None], object] = {}
        self.calls = 0
        self.endpoint = session.endpoint
        self.region = session.region

    def client(self, service: str, region: str | None = None):
        client = self._session.client(service, region)
        if (service, region) not in self._clients:
            self._clients[service, region] = client
            client.meta.events.register("before-call.*.*", self._count)
        return client

    def _count(self, **_: object) -> None:
        if self.calls >= self._left:
            raise Killed
        self.calls += 1


@pytest.fixture(scope="session")
def models_read_once(embedded_account) -> AwsSession:
    keys = Keys(embedded_account.access_key_id, embedded_account.secret_access_key)
    return open_session(endpoint_url=embedded_account.endpoint_url, keys=keys)


@pytest.fixture
def open_as(models_read_once, clean_account) -> Callable[..., AwsSession]:
    """A new session of the account's administrator, or of somebody else in it."""
    administrator = Keys(clean_account.access_key_id, clean_account.secret_access_key)
    return lambda keys=None: models_read_once.with_keys(keys or administrator)


@pytest.fixture
def session(open_as) -> AwsSession:
    return open_as()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def grantor(session, clock) -> RoleGrantor:
    return RoleGrantor(session, session.identify(), clock=clock)


def request_for(*actions: str, run_id: str = RUN, data_class: str = "metadata", resource: str = "*") -> GrantRequest:
    statements = [{"Effect": "Allow", "Action": sorted(actions), "Resource": resource}] if actions else []
    policy = {"Version": "2012-10-17", "Statement": statements}
    return GrantRequest(run_id=run_id, policy=policy, policy_digest=digest(policy), data_class=data_class)


@pytest.fixture(name="request_for")
def request_for_fixture() -> Callable[..., GrantRequest]:
    return request_for


@pytest.fixture
def mortal(open_as) -> Callable[[int], MortalSession]:
    return lambda calls: MortalSession(open_as(), calls_to_live=calls)
