"""An inspection of several accounts that was stopped is carried on in all of them."""

import threading

import pytest

from cloudprobe.adapters.aws.inspector_deployment import deploy
from cloudprobe.adapters.aws.inspector_role import InspectorRole, default_external_id
from cloudprobe.adapters.aws.session import Keys, open_session
from cloudprobe.bootstrap import build_engine, open_account, open_workspace
from cloudprobe.config import Config
from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.transitions import Step
from cloudprobe.errors import UsageError
from cloudprobe.steps.table import STEPS
from cloudprobe.testing import NullObserver


class Stopped(BaseException):
    """Nobody catches it."""


@pytest.fixture(scope="module")
def three(embedded_account):
    """The caller's own account, one that lets it in, and one that does not."""
    home, open_, closed = (embedded_account.second_account() for _ in range(3))
    for access in (home, open_, closed):
        access.client("s3").create_bucket(Bucket=f"bucket-of-{access.account_id}")
    session = open_session(endpoint_url=open_.endpoint_url, keys=Keys(open_.access_key_id, open_.secret_access_key))
    trusted = f"arn:aws:iam::{home.account_id}:user/administrator"
    external_id = default_external_id(open_.account_id)
    deploy(session, InspectorRole(account=open_.account_id, principal=trusted, external_id=external_id))
    return home, open_, closed


def stopping(step, *, after_runs):
    """The steps, of which one ends the process after so many of its runs are kept."""

    def stopped(state, ports):
        if after_runs:
            STEPS[step](state, ports)
        raise Stopped

    return {**STEPS, step: stopped}


@pytest.mark.parametrize(
    ("step", "after_runs"),
    [(Step.GRANT, True), (Step.EXECUTE, True), pytest.param(Step.EXECUTE, False, marks=pytest.mark.full)],
)
def test_stopped_it_is_carried_on(three, tmp_path, step, after_runs):
    home, open_, closed = three
    accounts = tuple(access.account_id for access in three)
    workspace = open_workspace(Config.read(home.environment(), data_dir=tmp_path))
    with open_account("", workspace.config, accounts=accounts) as account:
        engine = build_engine(
            workspace,
            account,
            observer=NullObserver(),
            cancel=threading.Event(),
            steps=stopping(step, after_runs=after_runs),
        )
        identifier = engine.start("Which S3 buckets are public?", account.narrow(InspectionSettings()))
        with pytest.raises(Stopped):
            engine.run(identifier)
    kept = {path: path.read_bytes() for path in tmp_path.rglob("outcome.json")}
    assert len(kept) == (2 if step is Step.EXECUTE and after_runs else 0)

    settings = workspace.states.load(identifier).settings
    assert settings.accounts == accounts
    with open_account("", workspace.config, access=settings.access, accounts=settings.accounts) as account:
        account.check_same(settings)
        again = build_engine(workspace, account, observer=NullObserver(), cancel=threading.Event())
        report = again.run(identifier)

    assert [run.account for run in report.runs] == [home.account_id, open_.account_id]
    assert {gap.account for gap in report.not_covered} == {closed.account_id}
    assert all(path.read_bytes() == content for path, content in kept.items())
    assert home.client("iam").list_roles(PathPrefix="/cloudprobe/")["Roles"] == []


def test_it_is_not_carried_on_in_other_accounts(three, tmp_path):
    home, open_, closed = three
    config = Config.read(home.environment(), data_dir=tmp_path)
    with open_account("", config, accounts=(home.account_id, open_.account_id)) as account:
        settings = account.narrow(InspectionSettings())
    with (
        open_account("", config, accounts=(home.account_id, closed.account_id)) as other,
        pytest.raises(UsageError, match=open_.account_id),
    ):
        other.check_same(settings)
