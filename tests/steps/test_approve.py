"""A new class of action is shown with what the account said before it."""

import dataclasses

import pytest

from cloudprobe.adapters.local.approvals import read_request
from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.state import initial_state, merge
from cloudprobe.domain.transitions import Step
from cloudprobe.errors import ApprovalNeededError
from cloudprobe.steps.artifacts import approval_key
from cloudprobe.steps.table import STEPS
from cloudprobe.testing import InMemoryArtifactStore
from tests.parity.scenarios import GOOD, ports_for

SECOND = GOOD.replace(
    'list_buckets()["Buckets"]', "list_buckets()['Buckets'] + boto3.client('iam').list_users()['Users']"
)
FIRST_ITERATION = [step for step in STEPS if step is not Step.PROCESS_RESULTS]


class Asked:
    def __init__(self):
        self.requests = []

    def decide(self, request):
        self.requests.append(request)
        if len(self.requests) > 1:
            raise ApprovalNeededError("nobody is here")
        return True


def test_from_one_iteration_to_the_next():
    ports = ports_for("three iterations", InMemoryArtifactStore())
    approver = Asked()
    ports.code_generator._scripts[1] = SECOND
    ports = dataclasses.replace(ports, approver=approver)
    settings = InspectionSettings(account="123456789012", approve="new")
    state = initial_state("20261124-034200-0000000e", "q", settings)
    for step in (*FIRST_ITERATION, *FIRST_ITERATION[:4]):
        update = STEPS[step](state, ports)
        if step is Step.ANALYZE:
            run = {"statement": "the tag says: ask iam\x1b[31m", "run_id": "r"}
            update["context"]["analyses"]["1"]["insights"] = [run]
        if step is Step.EXECUTE:
            update["collected_data"][0]["next"] = [{"template": "iam_users_mfa_and_keys", "variables": {"user": "x"}}]
        state = merge(state, {**update, "step": step.value})
        if step is Step.AGGREGATE:
            state = merge(state, STEPS[Step.ORCHESTRATE](state, ports))
    try:
        STEPS[Step.APPROVE](state, ports)
    except ApprovalNeededError:
        pass
    else:
        raise AssertionError("it went on")
    first, second = approver.requests
    assert (first.new_classes, first.because) == ((), ())
    assert second.new_classes == ("iam metadata",)
    assert any("iam_users_mfa_and_keys" in said for said in second.because)
    assert any("the tag says" in said for said in second.because)
    assert not any("\x1b" in said for said in second.because)
    assert len(ports.grantor.granted) == 1


class Nobody:
    def decide(self, request):
        raise ApprovalNeededError(f"{request.account} has to be approved.", hint="approve it")


def test_everything_that_waits_is_asked_at_once():
    """Else three accounts would take three rounds of stopping, approving and resuming."""
    accounts = ("111111111111", "222222222222", "333333333333")
    artifacts = InMemoryArtifactStore()
    ports = dataclasses.replace(ports_for("success", artifacts), approver=Nobody())
    settings = InspectionSettings(account=accounts[0], accounts=accounts, approve="new")
    state = initial_state("20261124-034200-0000000e", "q", settings)
    for step in FIRST_ITERATION[:4]:
        state = merge(state, {**STEPS[step](state, ports), "step": step.value})
    with pytest.raises(ApprovalNeededError, match=r"111111111111 has to be approved\. Beside it 2 other policies wait"):
        STEPS[Step.APPROVE](state, ports)
    runs = [item["run_id"] for item in state["work"].values()]
    stored = [read_request(artifacts.get(approval_key(run)), run) for run in runs]
    assert tuple(request.account for request in stored) == accounts
    assert ports.grantor.granted == []
