"""Contract 4: what is swapped between any two steps, in artefacts or in state, is refused before it grants or runs."""

import json
from copy import deepcopy

import pytest

from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.state import initial_state, merge
from cloudprobe.domain.transitions import Step
from cloudprobe.errors import RefusedError
from cloudprobe.guard.policy import digest, script_digest
from cloudprobe.sandbox.dependencies.allowed import packages
from cloudprobe.steps.artifacts import permit_key, probe_key
from cloudprobe.steps.table import STEPS
from cloudprobe.testing import InMemoryArtifactStore
from tests.parity.scenarios import GOOD, ports_for

INSPECTION = "20261124-034200-0000000d"
RUN = f"{INSPECTION}/1/1/0"
EVIL = GOOD.replace("list_buckets()", "list_buckets() or boto3.client('iam').list_users()")
WIDE = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["iam:ListUsers"], "Resource": "*"}]}
CHAIN = (Step.ORCHESTRATE, Step.GENERATE_PROMPT, Step.GENERATE_CODE, Step.VALIDATE, Step.APPROVE, Step.GRANT)
GUARDED = {Step.APPROVE: Step.VALIDATE, Step.GRANT: Step.APPROVE, Step.EXECUTE: Step.GRANT}
"""Each step that checks, by the step it follows."""


class Chain:
    def __init__(self):
        self.artifacts = InMemoryArtifactStore()
        self.ports = ports_for("success", self.artifacts)
        self.state = initial_state(INSPECTION, "q", InspectionSettings(account="123456789012"))

    def after(self, last):
        for step in CHAIN[: CHAIN.index(last) + 1]:
            self.state = merge(self.state, {**STEPS[step](self.state, self.ports), "step": step.value})
        return self

    def rewrite(self, key, **changes):
        document = json.loads(self.artifacts.get(key)) | changes
        self.artifacts.put(key, json.dumps(document, sort_keys=True).encode())

    def change_item(self, **changes):
        work = deepcopy(self.state["work"])
        work["1/0"] |= changes
        self.state = merge(self.state, {"work": work})

    @property
    def runs(self):
        return self.ports.code_executor._runner.requests


def swap_script(chain):
    chain.rewrite(probe_key(RUN), script=EVIL)


def swap_policy(chain):
    chain.rewrite(probe_key(RUN), policy=WIDE)


def swap_script_with_its_permit(chain):
    chain.rewrite(probe_key(RUN), script=EVIL)
    chain.rewrite(permit_key(RUN), script_digest=script_digest(EVIL))


def swap_policy_with_its_permit(chain):
    chain.rewrite(probe_key(RUN), policy=WIDE)
    chain.rewrite(permit_key(RUN), policy_digest=digest(WIDE))


def widen_permit(chain):
    operations = [{"service": "iam", "operation": "ListUsers", "resources": ["*"]}]
    chain.rewrite(permit_key(RUN), operations=operations)


def permit_another_account(chain):
    chain.rewrite(permit_key(RUN), accounts=["210987654321"])


def widen_data_class(chain):
    chain.rewrite(permit_key(RUN), data_class="data")


def swap_script_digest_in_state(chain):
    chain.change_item(script_digest=script_digest(EVIL))


def swap_policy_digest_in_state(chain):
    chain.change_item(policy_digest=digest(WIDE))


def swap_script_and_its_digest_in_state(chain):
    swap_script(chain)
    chain.change_item(script_digest=script_digest(EVIL))


def swap_policy_and_its_digest_in_state(chain):
    swap_policy(chain)
    chain.change_item(policy_digest=digest(WIDE))


def point_to_another_permit(chain):
    permit = json.loads(chain.artifacts.get(permit_key(RUN))) | {"script_digest": script_digest(EVIL)}
    chain.artifacts.put(f"{RUN}/other.json", json.dumps(permit).encode())
    swap_script(chain)
    chain.change_item(permit_key=f"{RUN}/other.json")


def spoil_permit(chain):
    chain.rewrite(permit_key(RUN), version=2)


def add_a_dependency(chain):
    chain.rewrite(probe_key(RUN), dependencies=[{"name": "pyyaml", "version": packages()["pyyaml"].version}])


def name_a_dependency_nobody_may_have(chain):
    chain.rewrite(probe_key(RUN), dependencies=[{"name": "requests", "version": "2.0"}])


def add_a_dependency_to_the_permit(chain):
    chain.rewrite(permit_key(RUN), dependencies=[packages()["pyyaml"].pin])


def swap_variables_in_state(chain):
    prompt = deepcopy(chain.state["work"]["1/0"]["prompt"])
    chain.change_item(prompt=prompt | {"variables": {"bucket": "another"}})


def swap_digest_of_variables(chain):
    chain.rewrite(probe_key(RUN), variables_digest=digest({"bucket": "another"}))


SWAPS = [
    add_a_dependency,
    name_a_dependency_nobody_may_have,
    add_a_dependency_to_the_permit,
    swap_variables_in_state,
    swap_digest_of_variables,
    swap_script,
    swap_policy,
    swap_script_with_its_permit,
    swap_policy_with_its_permit,
    widen_permit,
    permit_another_account,
    widen_data_class,
    swap_script_digest_in_state,
    swap_policy_digest_in_state,
    swap_script_and_its_digest_in_state,
    swap_policy_and_its_digest_in_state,
    point_to_another_permit,
    spoil_permit,
]


@pytest.mark.parametrize("step", GUARDED)
@pytest.mark.parametrize("swap", SWAPS, ids=lambda swap: swap.__name__)
def test_a_swap_is_refused_before_anything_happens(swap, step):
    chain = Chain().after(GUARDED[step])
    granted = list(chain.ports.grantor.granted)
    swap(chain)
    if step is Step.APPROVE:
        update = STEPS[step](chain.state, chain.ports)
        assert update["decision"]["outcome"] == "refused"
        assert "work" not in update
    else:
        with pytest.raises(RefusedError):
            STEPS[step](chain.state, chain.ports)
    assert chain.ports.grantor.granted == granted
    assert chain.runs == []


def test_the_chain_runs_what_nobody_touched():
    chain = Chain().after(Step.GRANT)
    STEPS[Step.EXECUTE](chain.state, chain.ports)
    assert [request.script for request in chain.runs] == [GOOD]
    assert chain.ports.grantor.granted[0].policy["Statement"][0]["Action"] == ["s3:ListAllMyBuckets"]


def test_a_proposal_changed_before_validation_is_what_validation_judges():
    chain = Chain().after(Step.GENERATE_CODE)
    chain.rewrite(f"{RUN}/proposal.json", script=GOOD.replace("list_buckets()", "delete_bucket(Bucket='b')"))
    update = STEPS[Step.VALIDATE](chain.state, chain.ports)
    assert update["work"]["1/0"]["status"] == "rejected"
