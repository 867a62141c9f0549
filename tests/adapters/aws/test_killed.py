"""A process killed before or after any of its calls leaves nothing past its expiry, whoever comes by next."""

import pytest

from cloudprobe.adapters.aws.role_grantor import LIFETIME, RoleGrantor
from tests.adapters.aws.test_role_grantor import roles


class KilledAfter(BaseException):
    """Stands in for SIGKILL once an answer has arrived; it is never looked at."""


class DyingAfter:
    """An ``AwsSession`` whose process dies when its n-th answer is there."""

    def __init__(self, session, calls):
        self._session, self._left, self._dead = session, calls, False
        self.endpoint, self.region = session.endpoint, session.region

    def client(self, service, region=None):
        client = self._session.client(service, region)
        client.meta.events.register("before-call.*.*", self._before, unique_id=f"before-{id(self)}")
        client.meta.events.register("after-call.*.*", self._after, unique_id=f"after-{id(self)}")
        return client

    def _before(self, **_):
        if self._dead:
            raise KilledAfter

    def _after(self, **_):
        self._left -= 1
        if self._left <= 0:
            self._dead = True
            raise KilledAfter


def killed_after_each_call(open_as, act):
    """Run ``act`` with a process that dies after its first answer, after its second … until it lives through."""
    for calls in range(1, 60):
        try:
            act(DyingAfter(open_as(), calls))
        except KilledAfter:
            yield calls
        else:
            assert calls > 3
            return
    pytest.fail("it never came to its end")


def grant(healthy, dying, request):
    dying.grant(request)


def revoke(healthy, dying, request):
    healthy.grant(request)
    dying.revoke(request.run_id)


def sweep(healthy, dying, request):
    healthy.grant(request)
    dying.sweep(dying.leftovers()[0].expires)


@pytest.mark.parametrize("act", [grant, revoke, sweep])
def test_nothing_stays_past_its_expiry(open_as, session, clock, request_for, act):
    me, request = session.identify(), request_for("ec2:DescribeVpcs")
    healthy = RoleGrantor(session, me, clock=clock)
    deaths = 0
    for _ in killed_after_each_call(open_as, lambda dying: act(healthy, RoleGrantor(dying, me, clock=clock), request)):
        deaths += 1
        clock.advance(LIFETIME.total_seconds())
        healthy.sweep()
        assert roles(session) == []
    assert deaths > 2


def test_what_stands_before_its_expiry_is_left_to_whoever_may_use_it(open_as, session, clock, request_for):
    me, request = session.identify(), request_for("ec2:DescribeVpcs")
    healthy = RoleGrantor(session, me, clock=clock)
    with pytest.raises(KilledAfter):
        RoleGrantor(DyingAfter(open_as(), 4), me, clock=clock).grant(request)
    standing = roles(session)
    assert standing
    clock.advance(LIFETIME.total_seconds() - 1)
    assert healthy.sweep() == []
    assert roles(session) == standing
