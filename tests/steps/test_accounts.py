"""Several accounts in one inspection, over scripted ports: fan-out, gaps, retries, and the end when none can be reached."""

import dataclasses

import pytest

from cloudprobe.agents.code_executor import CodeExecutor
from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.probe import Coverage, ProbeResource, ProbeResult, Skipped, Suggestion
from cloudprobe.domain.report import Report
from cloudprobe.domain.run import RunStatus
from cloudprobe.domain.state import initial_state, merge
from cloudprobe.domain.transitions import FIRST, Step, next_step
from cloudprobe.errors import AccessError, GrantNotReadyError, InspectionInterruptedError, ThrottledError
from cloudprobe.steps.artifacts import load, report_key
from cloudprobe.steps.perform import perform
from cloudprobe.steps.table import STEPS
from cloudprobe.testing import FakeGrantor, FakeRunner, InMemoryArtifactStore, success
from tests.parity.scenarios import GOOD, SCENARIOS, Scenario, ports_for

ACCOUNTS = ("111111111111", "222222222222", "333333333333")
INSPECTION = "20261124-034200-9f86d081"
DENIED = AccessError("The role arn:aws:iam::222222222222:role/x cannot be assumed.", hint="Set it up.")


class GrantorOf(FakeGrantor):
    """Refuses some accounts, each with errors in order."""

    def __init__(self, **errors):
        super().__init__()
        self.errors = {account: list(several) for account, several in errors.items()}
        self.revoked_in = []

    def grant(self, request):
        if self.errors.get(f"a{request.account}"):
            raise self.errors[f"a{request.account}"].pop(0)
        return super().grant(request)

    def revoke(self, run_id, *, account=""):
        self.revoked_in.append(account)
        if self.errors.get(f"r{account}"):
            raise self.errors[f"r{account}"].pop(0)
        super().revoke(run_id, account=account)


class RunnerOf:
    """Sees one bucket in each account; some accounts cannot be entered."""

    def __init__(self, **errors):
        self.errors = {account: list(several) for account, several in errors.items()}
        self.requests = []

    def run(self, request):
        self.requests.append(request)
        account = request.grant.account
        if self.errors.get(f"a{account}"):
            raise self.errors[f"a{account}"].pop(0)
        return FakeRunner(
            success(
                ProbeResult(
                    resources=(ProbeResource(arn="arn:aws:s3:::same", type="s3:bucket"),),
                    coverage=Coverage(
                        skipped=(Skipped(what="one", why="closed", account="999999999999"),), truncated=("list",)
                    ),
                    next=(Suggestion(question="more?", account="999999999999"),),
                )
            )
        ).run(request)


def inspected(grantor=None, runner=None, *, accounts=ACCOUNTS, scripts=1):
    """State, artifacts and ports after the loop, and the exception that ended it."""
    artifacts, grantor, runner = InMemoryArtifactStore(), grantor or GrantorOf(), runner or RunnerOf()
    scenario = "three accounts"
    SCENARIOS[scenario] = Scenario(scripts=((GOOD,),) * scripts)
    try:
        ports = ports_for(scenario, artifacts)
    finally:
        del SCENARIOS[scenario]
    ports = dataclasses.replace(ports, grantor=grantor, code_executor=CodeExecutor(runner))
    settings = InspectionSettings(account=accounts[0], accounts=accounts)
    state, step = initial_state(INSPECTION, "q", settings), FIRST
    while step is not Step.END:
        state = merge(state, perform(step, STEPS[step], state, ports))
        step = next_step(state)
    return state, artifacts


def report_of(artifacts):
    return load(Report, report_key(INSPECTION), artifacts)


def test_every_account_is_looked_at_with_the_same_script_written_once():
    grantor, runner = GrantorOf(), RunnerOf()
    state, artifacts = inspected(grantor, runner)
    assert [request.account for request in grantor.granted] == list(ACCOUNTS)
    assert sorted(request.permit["accounts"][0] for request in runner.requests) == list(ACCOUNTS)
    assert {request.script for request in runner.requests} == {GOOD}
    assert len({request.run_id for request in runner.requests}) == 3
    assert grantor.revoked_in == list(ACCOUNTS)
    assert grantor.active == {}
    report = report_of(artifacts)
    assert [run.account for run in report.runs] == list(ACCOUNTS)
    assert report.accounts == ACCOUNTS
    assert state["work"].keys() == {"1/0", "1/1", "1/2"}


def test_every_result_carries_the_account_whatever_a_script_says():
    _, artifacts = inspected()
    report = report_of(artifacts)
    assert {(gap.what, gap.account) for gap in report.not_covered} == {
        (what, account) for what in ("one", "list") for account in ACCOUNTS
    }
    assert {suggestion.account for suggestion in report.suggestions} == set(ACCOUNTS)
    assert report.inventory == {"s3:bucket": 3}  # one name, three things


def test_an_account_that_cannot_be_reached_is_a_gap():
    grantor = GrantorOf(a222222222222=[DENIED] * 9)
    _, artifacts = inspected(grantor)
    report = report_of(artifacts)
    assert [run.account for run in report.runs] == [ACCOUNTS[0], ACCOUNTS[2]]
    (gap,) = [gap for gap in report.not_covered if gap.account == ACCOUNTS[1]]
    assert "cannot be assumed" in gap.why
    assert not report.failure
    assert report.outcome == "nothing_found"
    assert len(grantor.errors["a222222222222"]) == 8  # nothing that cannot help is tried again


def test_an_account_that_denies_at_the_door_of_a_run_is_a_gap_too():
    _, artifacts = inspected(runner=RunnerOf(a333333333333=[DENIED]))
    report = report_of(artifacts)
    assert [run.account for run in report.runs] == list(ACCOUNTS[:2])
    assert ACCOUNTS[2] in {gap.account for gap in report.not_covered}


@pytest.mark.parametrize("error", [ThrottledError("slow down"), GrantNotReadyError("not yet")])
def test_what_may_pass_is_tried_again_for_that_account_alone(error):
    grantor, runner = GrantorOf(a222222222222=[error]), RunnerOf()
    _, artifacts = inspected(grantor, runner, scripts=2)
    assert sorted(request.grant.account for request in runner.requests) == list(ACCOUNTS)
    report = report_of(artifacts)
    assert {run.account for run in report.runs} == set(ACCOUNTS)
    assert [attempt.code for attempt in report.attempts] == [type(error).__name__]


def test_where_no_account_can_be_reached_that_is_the_end():
    grantor = GrantorOf(**{f"a{account}": [DENIED] for account in ACCOUNTS})
    with pytest.raises(AccessError, match="cannot be assumed"):
        inspected(grantor)


def test_the_only_account_s_failure_is_the_end():
    with pytest.raises(AccessError):
        inspected(GrantorOf(a111111111111=[DENIED]), accounts=ACCOUNTS[:1])


def test_a_stop_is_no_gap():
    stopped = success().model_copy(update={"status": RunStatus.CANCELLED})
    with pytest.raises(InspectionInterruptedError):
        inspected(runner=FakeRunner(success(), stopped, success()))


def test_all_are_taken_back_even_where_one_cannot_be():
    grantor = GrantorOf(r111111111111=[AccessError("iam:DeleteRole is not allowed")])
    with pytest.raises(AccessError, match="DeleteRole"):
        inspected(grantor)
    assert grantor.revoked_in == list(ACCOUNTS)
    assert {grant.account for grant in grantor.active.values()} == {ACCOUNTS[0]}
