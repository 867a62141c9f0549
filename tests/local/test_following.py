"""Inspections that continue others: what is known is not looked at again, told with its age, and still provable."""

import threading
import time
from datetime import datetime

import pytest

from cloudprobe.bootstrap import build_engine, open_account, open_workspace
from cloudprobe.config import Config
from cloudprobe.domain.following import names_made_up_ids
from cloudprobe.domain.inspection import InspectionSettings, InspectionStatus, Outcome
from cloudprobe.errors import StoreBusyError, UsageError
from cloudprobe.evidence import package
from cloudprobe.evidence.replaying import replay_all
from cloudprobe.evidence.verification import verify
from cloudprobe.reports.formats import render
from cloudprobe.testing import NullObserver
from tests.worlds.seeded import seed

QUESTION = "Which buckets are public?"


class Asking:
    """One account and one data folder, asked one question after the other."""

    def __init__(self, seeded, folder):
        self.workspace = open_workspace(Config.read(seeded.access.environment(), data_dir=folder))

    def __call__(self, question=QUESTION, **settings):
        with open_account("", self.workspace.config) as account:
            engine = self.engine(account)
            narrowed = account.narrow(InspectionSettings(**settings))
            return engine.run(engine.start(question, narrowed.model_copy(update=self.overrides(settings))))

    @staticmethod
    def overrides(settings):
        return {name: settings[name] for name in ("target", "accounts") if name in settings}

    def engine(self, account):
        return build_engine(self.workspace, account, observer=NullObserver(), cancel=threading.Event())

    def recorded(self, report):
        return self.workspace.recorded(self.workspace.inspection(report.inspection_id))


@pytest.fixture(scope="module")
def seeded(embedded_account):
    return seed(embedded_account, "faulty", "own")


@pytest.fixture(scope="module")
def asking(seeded, tmp_path_factory):
    return Asking(seeded, tmp_path_factory.mktemp("following"))


@pytest.fixture(scope="module")
def first(asking):
    return asking()


@pytest.fixture(scope="module")
def again(asking, first):
    return asking(follows=first.inspection_id)


def test_an_equal_probe_is_not_run_again(first, again):
    assert again.outcome is Outcome.ANSWERED
    assert [run.run_id for run in again.runs] == [run.run_id for run in first.runs]
    assert (again.usage.calls, again.access.granted, again.metrics.runs) == (0, 0, 0)
    assert {f.title for f in again.findings} == {f.title for f in first.findings}


def test_what_was_known_is_told_with_its_age(first, again):
    made = first.runs[0]
    assert "no call was made" in again.answer
    assert first.inspection_id in again.answer
    assert again.follows.inspection_id == first.inspection_id
    assert again.follows.runs == len(first.runs)
    assert datetime.fromisoformat(again.follows.oldest) <= datetime.fromisoformat(first.finished)
    assert all(run.as_of for run in again.runs)
    assert all(e.as_of for finding in again.findings for e in finding.evidence)
    assert not any(e.as_of for finding in first.findings for e in finding.evidence)
    assert made.usage.calls == again.runs[0].usage.calls
    for form in ("md", "html"):
        assert again.follows.oldest[11:19] in render(again, form)


def test_its_package_holds_all_that_proves_it(asking, again, tmp_path):
    path = tmp_path / "package.tar.gz"
    record = asking.recorded(again)
    package.export(record, path)
    checked = verify(path, replay=True)
    assert checked.ok, checked.to_json()
    assert {check.name: check.count for check in checked.checks}["replay"] == len(again.runs)
    assert all(run.verdict == "equal" for run in replay_all(record))


def test_a_chain_of_questions_works(asking, first, again):
    third = asking(follows=again.inspection_id)
    assert third.follows.chain == (again.inspection_id, first.inspection_id)
    assert [run.run_id for run in third.runs] == [run.run_id for run in first.runs]
    fourth = asking("Which security groups are open to the world?", follows=third.inspection_id)
    assert fourth.usage.calls > 0
    assert all(run.run_id.startswith(fourth.inspection_id) for run in fourth.runs)
    assert "As of" not in fourth.answer
    assert not any("bucket" in finding.id for finding in fourth.findings)


def test_what_is_too_old_is_looked_at_again(asking, first):
    report = asking(follows=first.inspection_id, fresh_seconds=0)
    assert report.usage.calls > 0
    assert report.follows.runs == 0
    assert "0 hours" in report.follows.left_out[0].why
    assert all(run.run_id.startswith(report.inspection_id) for run in report.runs)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"target": "account at http://127.0.0.1:1"}, "an account that is not asked about"),
        ({"regions": ("eu-west-1",)}, "regions that are not asked about"),
    ],
)
def test_what_was_read_elsewhere_does_not_count(asking, first, settings, why):
    report = asking(follows=first.inspection_id, **settings)
    assert why in report.follows.left_out[0].why
    assert not any(run.as_of for run in report.runs)


def test_a_narrower_class_does_not_take_over_what_a_wider_one_read(asking):
    logs = asking("What errors did the orders function log in the last day?", data_class="logs")
    assert logs.runs
    report = asking(follows=logs.inspection_id)
    wide = [gap for gap in report.follows.left_out if "more than metadata" in gap.why]
    assert len(wide) == len(logs.runs)


def test_only_what_came_to_its_end_can_be_continued(asking, first):
    record = asking.workspace.states.load(first.inspection_id)
    started = asking.workspace.states.save(record.model_copy(update={"status": InspectionStatus.INTERRUPTED}))
    try:
        with pytest.raises(UsageError, match="has not come to its end"):
            asking(follows=first.inspection_id)
    finally:
        asking.workspace.states.save(started.model_copy(update={"status": InspectionStatus.FINISHED}))


def test_whoever_else_reads_what_is_known_is_waited_for(asking, first):
    held = threading.Event()

    def hold():
        with asking.workspace.lock(first.inspection_id):
            held.set()
            time.sleep(0.3)

    other = threading.Thread(target=hold)
    other.start()
    held.wait()
    assert asking(follows=first.inspection_id).usage.calls == 0
    other.join()


def test_one_that_is_being_carried_on_is_not_continued(asking, first):
    with asking.workspace.lock(first.inspection_id), pytest.raises(StoreBusyError):
        asking(follows=first.inspection_id)


def test_what_another_inspection_stands_on_is_not_deleted(asking, first, again):
    with pytest.raises(UsageError, match=again.inspection_id):
        asking.workspace.delete(first.inspection_id)
    assert asking.workspace.artifacts.exists(f"{first.runs[0].run_id}/outcome.json")


@pytest.mark.parametrize(
    "text",
    [
        "sg-0123456789abcdef0",
        "i-0abc1234",
        '"arn:aws:kms:us-east-1:1:key/5f0c9a7e-2d3b-4a61-9a55-0f6f1a2b3c4d"',
        "loadbalancer/app/web/50dc6c495c0c9188",
        "AROAJQABLZS4A3QDU576Q",
        "arn:aws:secretsmanager:us-east-1:1:secret:orders-a1B2c3",
    ],
)
def test_ids_that_aws_makes_up_are_known(text):
    assert names_made_up_ids(text)


@pytest.mark.parametrize("text", ["orders-worker", "arn:aws:s3:::order-records", "2026-11-24T03:42:00", "orders-1a2b"])
def test_names_are_no_made_up_ids(text):
    assert not names_made_up_ids(text)
