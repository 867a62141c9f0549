"""An inspection that waits for a person: nothing is granted, and it carries on once somebody said yes."""

import contextlib
import dataclasses
import json
import threading

import pytest

from cloudprobe.adapters.local.approvals import FileApprovals, LocalApprover, read_request
from cloudprobe.domain.approval import ApprovalRequest
from cloudprobe.domain.inspection import InspectionSettings, InspectionStatus, Outcome
from cloudprobe.domain.transitions import Step
from cloudprobe.errors import ApprovalNeededError, InspectionInterruptedError, StateCorruptedError, UsageError
from cloudprobe.guard.policy import digest
from cloudprobe.local.engine import InProcessEngine
from cloudprobe.steps.artifacts import approval_key
from cloudprobe.steps.table import STEPS
from cloudprobe.testing import FakeClock, InMemoryArtifactStore, InMemoryStateStore
from tests.parity.scenarios import ports_for

SETTINGS = InspectionSettings(account="123456789012", approve="new")


class World:
    """An engine over fakes, whose approver can be exchanged between runs."""

    def __init__(self, tmp_path, scenario="success"):
        self.tmp_path = tmp_path
        self.artifacts = InMemoryArtifactStore()
        self.states = InMemoryStateStore()
        self.ports = ports_for(scenario, self.artifacts)
        self.approvals = FileApprovals(tmp_path / "approvals", clock=FakeClock())
        self.asked: list[ApprovalRequest] = []

    def answering(self, answer):
        def ask(request):
            self.asked.append(request)
            return answer

        return LocalApprover(self.approvals, ask=ask)

    def engine(self, approver, steps=STEPS):
        return InProcessEngine(
            dataclasses.replace(self.ports, approver=approver),
            self.states,
            folder=lambda identifier: self.tmp_path / identifier,
            lock=lambda _: contextlib.nullcontext(),
            cancel=threading.Event(),
            steps=steps,
        )

    def refused_run(self, identifier, approver=None):
        with pytest.raises(ApprovalNeededError) as refused:
            self.engine(approver or LocalApprover(self.approvals)).run(identifier)
        assert self.ports.grantor.active == {}
        assert self.states.load(identifier).status is InspectionStatus.INTERRUPTED
        return refused.value

    def start(self, settings=SETTINGS):
        return self.engine(None).start("q", settings)

    def waiting(self, identifier, run="1/1/0"):
        return ApprovalRequest.model_validate_json(self.artifacts.get(approval_key(f"{identifier}/{run}")))


@pytest.fixture
def world(tmp_path):
    return World(tmp_path)


def test_without_anybody_to_ask_it_stops_and_says_how(world):
    identifier = world.start()
    refused = world.refused_run(identifier)
    assert refused.exit_code == 3
    assert "s3:ListAllMyBuckets" in refused.message
    assert f"cloudprobe approve {identifier}" in refused.hint
    assert "--approve-policy" in refused.hint
    assert world.waiting(identifier).policy_digest in refused.message


def test_it_stops_as_often_as_it_is_resumed_and_goes_on_once_approved(world):
    identifier = world.start()
    world.refused_run(identifier)
    world.refused_run(identifier)
    world.approvals.add(world.waiting(identifier))
    report = world.engine(LocalApprover(world.approvals)).run(identifier)
    assert report.outcome in {Outcome.ANSWERED, Outcome.NOTHING_FOUND}
    assert world.ports.grantor.active == {}


def test_the_same_policy_is_asked_once(world):
    world.engine(world.answering(True)).run(world.start())
    assert len(world.asked) == 1
    (action,) = world.asked[0].actions
    assert (action.action, action.tier, action.resources) == ("s3:ListAllMyBuckets", "metadata", ("*",))
    assert action.meaning.startswith("Grants permission to list")
    second = World(world.tmp_path)
    second.engine(second.answering(False)).run(second.start())
    assert second.asked == []


def test_a_no_refuses_and_nothing_is_granted(world):
    report = world.engine(world.answering(False)).run(world.start())
    assert report.outcome is Outcome.REFUSED
    assert report.runs == ()
    assert world.ports.grantor.active == {}
    assert world.approvals.list() == []


def test_a_digest_approves_that_policy_alone(world):
    identifier = world.start()
    world.refused_run(identifier)
    digest = world.waiting(identifier).policy_digest
    world.refused_run(identifier, LocalApprover(world.approvals, digests=["0" * 64]))
    world.engine(LocalApprover(world.approvals, digests=[digest])).run(identifier)
    assert [one.policy_digest for one in world.approvals.list()] == [digest]


def test_what_is_revoked_is_asked_again(world):
    world.engine(world.answering(True)).run(world.start())
    (approval,) = world.approvals.list()
    assert world.approvals.revoke(approval.id).revoked
    again = World(world.tmp_path)
    again.refused_run(again.start())
    with pytest.raises(UsageError):
        world.approvals.revoke("0" * 12)


@pytest.mark.parametrize("step", [Step.GRANT, Step.EXECUTE])
def test_what_is_revoked_while_the_inspection_has_stopped_is_asked_again(world, step):
    """Stopped after its approval and before it was used, at either of the two steps that follow it."""

    def stopped(state, ports):
        raise InspectionInterruptedError("stopped")

    identifier = world.start()
    with pytest.raises(InspectionInterruptedError):
        world.engine(world.answering(True), steps={**STEPS, step: stopped}).run(identifier)
    (approval,) = world.approvals.list()
    world.approvals.revoke(approval.id)
    world.refused_run(identifier)
    world.approvals.add(world.waiting(identifier))
    assert world.engine(LocalApprover(world.approvals)).run(identifier).outcome is not Outcome.REFUSED
    assert world.ports.grantor.active == {}


def test_a_narrower_policy_passes_by_itself_and_a_wider_one_is_asked(world):
    identifier = world.start()
    world.refused_run(identifier)
    request = world.waiting(identifier)
    (statement,) = request.policy["Statement"]
    wider = {**request.policy, "Statement": [{**statement, "Action": ["iam:ListUsers", *statement["Action"]]}]}
    world.approvals.add(request.model_copy(update={"policy": wider, "policy_digest": digest(wider)}))
    assert world.engine(LocalApprover(world.approvals)).run(identifier).outcome is not Outcome.REFUSED
    narrow = {**request.policy, "Statement": [{**statement, "Resource": "arn:aws:s3:::one"}]}
    only = FileApprovals(world.tmp_path / "other", clock=FakeClock())
    only.add(request.model_copy(update={"policy": narrow, "policy_digest": digest(narrow)}))
    second = World(world.tmp_path)
    second.refused_run(second.start(), LocalApprover(only))


def test_a_stored_request_is_shown_as_its_policy_says(world):
    """Whoever can write to the folder could else show one thing and have another approved."""
    identifier = world.start()
    world.refused_run(identifier)
    stored = json.loads(world.artifacts.get(approval_key(f"{identifier}/1/1/0")))
    friendly = {"action": "ec2:DescribeRegions", "meaning": "harmless", "tier": "metadata", "resources": ["*"]}
    read = read_request(json.dumps(stored | {"actions": [friendly]}).encode(), "k")
    assert [one.action for one in read.actions] == ["s3:ListAllMyBuckets"]
    wide = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "*"}]}
    with pytest.raises(StateCorruptedError, match="changed after it was asked for"):
        read_request(json.dumps(stored | {"policy": wide}).encode(), "k")
    with pytest.raises(StateCorruptedError, match="cannot be read"):
        read_request(b"{", "k")


def test_always_asks_in_every_inspection(world):
    settings = SETTINGS.model_copy(update={"approve": "always"})
    world.engine(world.answering(True)).run(world.start(settings))
    again = World(world.tmp_path)
    again.refused_run(again.start(settings))
    assert [one.once for one in world.approvals.list()] == [True]
    third = World(world.tmp_path)
    third.refused_run(third.start())


@pytest.mark.parametrize("change", [{"account": "210987654321"}, {"data_class": "logs"}])
def test_another_account_or_a_wider_class_is_asked_again(world, change):
    identifier = world.start()
    world.refused_run(identifier)
    request = world.waiting(identifier)
    world.approvals.add(request)
    assert world.approvals.covering(request) is not None
    assert world.approvals.covering(request.model_copy(update=change)) is None


WIDER = ('"s3:ListAllMyBuckets"', '"s3:ListAllMyBuckets", "iam:ListUsers"')


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (('"metadata"', '"everything"'), "no approval (data_class"),
        (WIDER, "not the one that was approved"),
        (('"policy_digest": "', '"policy_digest": "0'), "not the one that was approved"),
        (('"id": "', '"id": "x'), "no approval (id"),
        (("{", "{{"), "no approval (the document"),
    ],
)
def test_a_damaged_approval_approves_nothing(world, change, said):
    world.engine(world.answering(True)).run(world.start())
    (path,) = (world.tmp_path / "approvals").iterdir()
    path.write_text(path.read_text().replace(*change, 1))
    again = World(world.tmp_path)
    again.refused_run(again.start())
    (stored,) = world.approvals.stored()
    assert said in stored.damage
    assert world.approvals.list() == []


def test_a_copy_of_an_approval_approves_nothing(world):
    """Else revoking the one would leave the other."""
    world.engine(world.answering(True)).run(world.start())
    (path,) = (world.tmp_path / "approvals").iterdir()
    path.rename(path.with_name("0123456789ab.json"))
    again = World(world.tmp_path)
    again.refused_run(again.start())
    (stored,) = world.approvals.stored()
    assert stored.damage == f"it is a copy of {path.stem}"
    with pytest.raises(UsageError, match="damaged"):
        world.approvals.revoke("0123456789ab")


def test_without_an_approver_what_must_be_approved_is_refused(world):
    report = world.engine(None).run(world.start())
    assert report.outcome is Outcome.REFUSED
    assert world.ports.grantor.active == {}
