"""Both engines leave the same trace over every way through the loop."""

import io
import json
import re
import time
import zipfile
from pathlib import Path

import pytest

from cloudprobe.adapters.local.file_artifacts import FileArtifactStore
from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.report import Report
from cloudprobe.domain.state import initial_state
from cloudprobe.domain.transitions import Step
from cloudprobe.emulator.account import EmbeddedAccount
from cloudprobe.local.graph import build_graph
from cloudprobe.steps.artifacts import report_key
from cloudprobe.steps.invocation import open_state, state_key
from cloudprobe.steps.table import STEPS
from cloudprobe.testing import InMemoryArtifactStore
from tests.parity.functions import FOLDER
from tests.parity.scenarios import SCENARIOS, ports_for, walked

ASL = Path(__file__).parents[2] / "statemachine" / "inspection.asl.json"
FUNCTIONS = {step.value: f"tests.parity.functions:{step.value}" for step in Step if step is not Step.END}
SETTINGS = InspectionSettings(account="123456789012")


def inspection_of(name):
    return f"20261124-034200-{list(SCENARIOS).index(name):08x}"


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("parity")


@pytest.fixture(scope="module")
def machine(folder):
    """The state machine, deployed to an embedded account with a function a step."""
    with EmbeddedAccount.start(functions=FUNCTIONS, environment={FOLDER: str(folder)}) as account:
        iam, functions, states = (account.client(s) for s in ("iam", "lambda", "stepfunctions"))
        trust = {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Service": ["states.amazonaws.com", "lambda.amazonaws.com"]},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
        role = iam.create_role(RoleName="inspection", AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        invoke = {"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": "*"}
        policy = {"Version": "2012-10-17", "Statement": [invoke]}
        iam.put_role_policy(RoleName="inspection", PolicyName="invoke", PolicyDocument=json.dumps(policy))
        package = _package()
        arns = {
            name: functions.create_function(
                FunctionName=name, Runtime="python3.13", Role=role, Handler="index.handler", Code={"ZipFile": package}
            )["FunctionArn"]
            for name in FUNCTIONS
        }
        definition = re.sub(
            r"\$\{(\w+)FunctionArn\}",
            lambda match: arns[re.sub(r"(?<!^)(?=[A-Z])", "_", match[1]).lower()],
            ASL.read_text(),
        )
        arn = states.create_state_machine(name="inspection", definition=definition, roleArn=role)["stateMachineArn"]
        yield lambda event: _execute(states, arn, event)


def _package():
    """What the API wants to be given; the account runs the local function of the same name instead."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("index.py", "")
    return buffer.getvalue()


def _execute(states, machine, event):
    execution = states.start_execution(stateMachineArn=machine, input=json.dumps(event))["executionArn"]
    for _ in range(600):
        described = states.describe_execution(executionArn=execution)
        if described["status"] != "RUNNING":
            return described, states.get_execution_history(executionArn=execution, maxResults=1000)["events"]
        time.sleep(0.05)
    raise AssertionError("the execution did not end within 30 s")


def by_graph(name):
    artifacts = InMemoryArtifactStore()
    ports = ports_for(name, artifacts)
    state = build_graph(STEPS, ports).invoke(initial_state(inspection_of(name), name, SETTINGS))
    return state, artifacts, ports


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_graph_walks_as_expected(name):
    state, artifacts, ports = by_graph(name)
    assert walked(state) == SCENARIOS[name].expected
    assert state.get("failure", {}).get("type", "") == SCENARIOS[name].failure
    assert not ports.grantor.active or SCENARIOS[name].revoke_failures
    Report.model_validate_json(artifacts.get(report_key(inspection_of(name))))


@pytest.mark.parametrize("name", SCENARIOS)
def test_the_state_machine_leaves_the_same_trace(name, machine, folder):
    artifacts = FileArtifactStore(folder)
    described, history = machine(open_state(inspection_of(name), name, SETTINGS, artifacts))
    state = json.loads(artifacts.get(state_key(inspection_of(name))))
    expected, _, _ = by_graph(name)
    assert walked(state) == walked(expected)
    assert state["work"] == expected["work"]
    assert state["context"] == expected["context"]
    failure = SCENARIOS[name].failure
    assert state.get("failure", {}).get("type", "") == failure
    assert described["status"] == ("FAILED" if failure else "SUCCEEDED")
    assert described.get("error", "") == failure
    entered = [e["stateEnteredEventDetails"]["name"] for e in history if "stateEnteredEventDetails" in e]
    assert [state for state in entered if state in {s.value.replace("_", " ").capitalize() for s in Step}]
    Report.model_validate_json(artifacts.get(report_key(inspection_of(name))))


def test_what_an_execution_carries_stays_small(machine, folder):
    artifacts = FileArtifactStore(folder)
    event = open_state("20261124-034200-ffffffff", "three iterations", SETTINGS, artifacts)
    _, history = machine(event)
    sizes = [len(e["stateEnteredEventDetails"]["input"]) for e in history if "stateEnteredEventDetails" in e]
    assert max(sizes) < 1024
