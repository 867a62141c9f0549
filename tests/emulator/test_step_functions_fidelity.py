"""What AWS Step Functions does with a definition, each case with the page that says so.

Executions run as a role that may only what AWS's documentation grants for the integration, so that every case is a
case of authorisation too.
"""

import itertools
import json
import time
from dataclasses import dataclass, field
from typing import Any

import pytest

DOC = "https://docs.aws.amazon.com/step-functions/latest/dg/"
INVOKE = "arn:aws:states:::lambda:invoke"
RUN_TASK = "arn:aws:states:::ecs:runTask"
_numbers = itertools.count()


@dataclass(frozen=True)
class Case:
    """A definition, its input, and what AWS answers; ``source`` is the page under ``DOC``."""

    name: str
    source: str
    definition: dict[str, Any]
    input: Any = field(default_factory=dict)
    status: str = "SUCCEEDED"
    output: Any = None
    error: str | None = None


def machine(states: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"StartAt": next(iter(states)), "States": states, **more}


def jsonata(states: dict[str, Any], **more: Any) -> dict[str, Any]:
    return machine(states, QueryLanguage="JSONata", **more)


def invoke(function: str, payload: Any, *, path: str = INVOKE, **more: Any) -> dict[str, Any]:
    """A JSONata task; ends the machine unless it names its ``Next``."""
    task = {"Type": "Task", "Resource": path, "Arguments": {"FunctionName": function, "Payload": payload}, **more}
    return task if "Next" in task else {**task, "End": True}


def run_task(family: str, *, path: str = RUN_TASK + ".sync", environment: Any = (), **more: Any) -> dict[str, Any]:
    override = {"Name": "main", "Environment": list(environment)}
    arguments = {
        "LaunchType": "FARGATE",
        "Cluster": "tasks",
        "TaskDefinition": family,
        "NetworkConfiguration": {"AwsvpcConfiguration": {"Subnets": ["subnet-1"]}},
        "Overrides": {"ContainerOverrides": [override]},
    }
    return {"Type": "Task", "Resource": path, "Arguments": arguments, "End": True, **more}


PAYLOAD = "{% $states.result.Payload %}"
CAUGHT = {"Type": "Pass", "Output": "{% $states.input %}", "End": True}
ERROR_OUTPUT = "{% $states.errorOutput.Error %}"


def caught(*errors: str) -> list[dict[str, Any]]:
    return [{"ErrorEquals": list(errors), "Output": ERROR_OUTPUT, "Next": "Caught"}]


def key() -> str:
    return f"key-{next(_numbers)}"


CASES = [
    Case(
        "a pass state computes with its input",
        "transforming-data.html",
        jsonata(
            {"A": {"Type": "Pass", "Output": {"n": "{% $states.input.a + 1 %}", "l": "{% [1..3] %}"}, "End": True}}
        ),
        {"a": 1},
        output={"n": 2, "l": [1, 2, 3]},
    ),
    Case(
        "variables live across states, whatever is in their strings",
        "workflow-variables.html",
        jsonata(
            {
                "A": {"Type": "Pass", "Assign": {"v": "{% $states.input.t %}", "none": None}, "Next": "B"},
                "B": {"Type": "Pass", "Output": {"v": "{% $v %}", "none": "{% $none %}"}, "End": True},
            }
        ),
        {"t": 'a "q"\n\\b {% x %}'},
        output={"v": 'a "q"\n\\b {% x %}', "none": None},
    ),
    Case(
        "assignments of one state do not see each other",
        "workflow-variables.html",
        jsonata(
            {
                "A": {"Type": "Pass", "Assign": {"x": 1}, "Next": "B"},
                "B": {"Type": "Pass", "Assign": {"x": 2, "y": "{% $x %}"}, "Output": "{% $x %}", "Next": "C"},
                "C": {
                    "Type": "Pass",
                    "Output": {"x": "{% $x %}", "y": "{% $y %}", "o": "{% $states.input %}"},
                    "End": True,
                },
            }
        ),
        output={"x": 2, "y": 1, "o": 1},
    ),
    Case(
        "an undefined result is a QueryEvaluationError",
        "transforming-data.html",
        jsonata({"A": {"Type": "Pass", "Output": "{% $states.input.absent %}", "End": True}}),
        status="FAILED",
        error="States.QueryEvaluationError",
    ),
    Case(
        "a QueryEvaluationError can be caught",
        "concepts-error-handling.html",
        jsonata(
            {
                "A": invoke("echo", "{% $states.input.absent %}", Catch=caught("States.QueryEvaluationError")),
                "Caught": CAUGHT,
            }
        ),
        output="States.QueryEvaluationError",
    ),
    Case(
        "JSONata has the functions Step Functions adds",
        "transforming-data.html",
        jsonata(
            {
                "A": {
                    "Type": "Pass",
                    "Output": {
                        "partition": "{% $partition([1,2,3], 2) %}",
                        "range": "{% $range(0, 4, 2) %}",
                        "hash": "{% $hash('a', 'MD5') %}",
                        "parse": "{% $parse('{\"a\":1}').a %}",
                    },
                    "End": True,
                }
            }
        ),
        output={"partition": [[1, 2], [3]], "range": [0, 2, 4], "hash": "0cc175b9c0f1b6a831c399e269772661", "parse": 1},
    ),
    Case(
        "the context object names execution, machine and state",
        "input-output-contextobject.html",
        jsonata(
            {
                "A": {
                    "Type": "Pass",
                    "Output": {
                        "state": "{% $states.context.State.Name %}",
                        "input": "{% $states.context.Execution.Input.q %}",
                        "machine": "{% $contains($states.context.StateMachine.Id, ':stateMachine:') %}",
                    },
                    "End": True,
                }
            }
        ),
        {"q": 9},
        output={"state": "A", "input": 9, "machine": True},
    ),
    Case(
        "a choice takes the first rule that holds",
        "state-choice.html",
        jsonata(
            {
                "A": {
                    "Type": "Choice",
                    "Choices": [
                        {"Condition": "{% $states.input.n > 5 %}", "Next": "Big"},
                        {"Condition": "{% $states.input.n > 2 %}", "Next": "Middle", "Output": "{% 'chosen' %}"},
                    ],
                    "Default": "Small",
                },
                "Big": {"Type": "Fail"},
                "Middle": {"Type": "Pass", "End": True},
                "Small": {"Type": "Fail"},
            }
        ),
        {"n": 3},
        output="chosen",
    ),
    Case(
        "a choice without a match and default fails",
        "state-choice.html",
        jsonata(
            {"A": {"Type": "Choice", "Choices": [{"Condition": "{% false %}", "Next": "B"}]}, "B": {"Type": "Succeed"}}
        ),
        status="FAILED",
        error="States.NoChoiceMatched",
    ),
    Case(
        "JSONPath choices compare, combine and match",
        "state-choice.html",
        machine(
            {
                "A": {
                    "Type": "Choice",
                    "Choices": [
                        {
                            "And": [
                                {"Variable": "$.n", "NumericGreaterThanPath": "$.m"},
                                {"Not": {"Variable": "$.absent", "IsPresent": True}},
                                {
                                    "Or": [
                                        {"Variable": "$.s", "StringMatches": "lo*.txt"},
                                        {"Variable": "$.b", "BooleanEquals": False},
                                    ]
                                },
                                {"Variable": "$.t", "TimestampLessThan": "2030-01-01T00:00:00Z"},
                            ],
                            "Next": "Yes",
                        }
                    ],
                    "Default": "No",
                },
                "Yes": {"Type": "Pass", "Result": "yes", "End": True},
                "No": {"Type": "Pass", "Result": "no", "End": True},
            }
        ),
        {"n": 5, "m": 2.5, "s": "log.txt", "b": True, "t": "2024-01-01T00:00:00Z"},
        output="yes",
    ),
    Case(
        "a definite JSONPath through an index names one value",
        "amazon-states-language-paths.html",
        machine({"A": {"Type": "Pass", "Parameters": {"v.$": "$.a[0].b", "all.$": "$.a[*].b"}, "End": True}}),
        {"a": [{"b": 1}, {"b": 2}]},
        output={"v": 1, "all": [1, 2]},
    ),
    Case(
        "ResultSelector, ResultPath and OutputPath shape a JSONPath task",
        "concepts-input-output-filtering.html",
        machine(
            {
                "A": {
                    "Type": "Task",
                    "Resource": INVOKE,
                    "Parameters": {"FunctionName": "add", "Payload": {"a.$": "$.x", "b": 2}},
                    "ResultSelector": {"s.$": "$.Payload.sum"},
                    "ResultPath": "$.r",
                    "OutputPath": "$.r",
                    "End": True,
                }
            }
        ),
        {"x": 1},
        output={"s": 3},
    ),
    Case(
        "lambda:invoke gives the payload",
        "connect-lambda.html",
        jsonata({"A": invoke("add", {"a": "{% $states.input.x %}", "b": 2}, Output=PAYLOAD)}),
        {"x": 1},
        output={"sum": 3},
    ),
    Case(
        "a function's ARN is a resource of its own",
        "connect-lambda.html",
        machine({"A": {"Type": "Task", "Resource": "arn:aws:lambda:us-east-1:${account}:function:echo", "End": True}}),
        {"k": [1, None, "é"]},
        output={"k": [1, None, "é"]},
    ),
    Case(
        "an exception's class name is the error name",
        "concepts-error-handling.html",
        jsonata({"A": invoke("fail", {}, Catch=caught("CustomError")), "Caught": CAUGHT}),
        output="CustomError",
    ),
    Case(
        "an uncaught exception fails the execution under its name",
        "concepts-error-handling.html",
        jsonata({"A": invoke("fail", {})}),
        status="FAILED",
        error="CustomError",
    ),
    Case(
        "States.TaskFailed catches any failed task",
        "concepts-error-handling.html",
        jsonata({"A": invoke("fail", {}, Catch=caught("States.TaskFailed")), "Caught": CAUGHT}),
        output="CustomError",
    ),
    Case(
        "a process that exits is an error of the runtime",
        "concepts-error-handling.html",
        jsonata({"A": invoke("crash", {}, Catch=caught("Runtime.ExitError")), "Caught": CAUGHT}),
        output="Runtime.ExitError",
    ),
    Case(
        "Retry tries again until it succeeds",
        "concepts-error-handling.html",
        jsonata(
            {
                "A": invoke(
                    "flaky",
                    {"key": key(), "fails": 2},
                    Output=PAYLOAD,
                    Retry=[
                        {
                            "ErrorEquals": ["CustomError"],
                            "IntervalSeconds": 1,
                            "MaxAttempts": 3,
                            "BackoffRate": 1,
                            "MaxDelaySeconds": 2,
                        }
                    ],
                )
            }
        ),
        output={"attempts": 3},
    ),
    Case(
        "Retry with full jitter waits no longer than its interval",
        "concepts-error-handling.html",
        jsonata(
            {
                "A": invoke(
                    "flaky",
                    {"key": key(), "fails": 1},
                    Output=PAYLOAD,
                    Retry=[
                        {
                            "ErrorEquals": ["States.ALL"],
                            "IntervalSeconds": 1,
                            "MaxAttempts": 1,
                            "JitterStrategy": "FULL",
                        }
                    ],
                )
            }
        ),
        output={"attempts": 2},
    ),
    Case(
        "Catch takes over when retries are used up",
        "concepts-error-handling.html",
        jsonata(
            {
                "A": invoke(
                    "flaky",
                    {"key": key(), "fails": 9},
                    Retry=[{"ErrorEquals": ["CustomError"], "IntervalSeconds": 1, "MaxAttempts": 1}],
                    Catch=caught("States.ALL"),
                ),
                "Caught": CAUGHT,
            }
        ),
        output="CustomError",
    ),
    Case(
        "MaxAttempts 0 never retries",
        "concepts-error-handling.html",
        jsonata(
            {
                "A": invoke(
                    "flaky", {"key": key(), "fails": 1}, Retry=[{"ErrorEquals": ["CustomError"], "MaxAttempts": 0}]
                )
            }
        ),
        status="FAILED",
        error="CustomError",
    ),
    Case(
        "a parallel state collects its branches in order",
        "state-parallel.html",
        jsonata(
            {
                "A": {
                    "Type": "Parallel",
                    "Branches": [
                        machine({"X": invoke("add", {"a": 1, "b": 1}, Output="{% $states.result.Payload.sum %}")}),
                        machine({"Y": {"Type": "Pass", "Output": 7, "End": True}}),
                    ],
                    "End": True,
                }
            }
        ),
        output=[2, 7],
    ),
    Case(
        "a branch's failure can be caught by its name",
        "state-parallel.html",
        jsonata(
            {
                "A": {
                    "Type": "Parallel",
                    "Branches": [
                        machine({"X": {"Type": "Fail", "Error": "E1"}}),
                        machine({"Y": {"Type": "Pass", "End": True}}),
                    ],
                    "Catch": caught("E1"),
                    "End": True,
                },
                "Caught": CAUGHT,
            }
        ),
        output="E1",
    ),
    Case(
        "an inline map hands each item on and keeps their order",
        "state-map-inline.html",
        jsonata(
            {
                "A": {
                    "Type": "Map",
                    "Items": "{% $states.input.l %}",
                    "MaxConcurrency": 2,
                    "ItemSelector": {
                        "v": "{% $states.context.Map.Item.Value %}",
                        "i": "{% $states.context.Map.Item.Index %}",
                    },
                    "ItemProcessor": machine(
                        {
                            "X": invoke(
                                "double",
                                "{% $states.input %}",
                                Output="{% [$states.input.i, $states.result.Payload] %}",
                            )
                        },
                        ProcessorConfig={"Mode": "INLINE"},
                    ),
                    "End": True,
                }
            }
        ),
        {"l": [1, 2, 3]},
        output=[[0, 2], [1, 4], [2, 6]],
    ),
    Case(
        "Wait waits by an expression",
        "state-wait.html",
        jsonata(
            {
                "A": {"Type": "Wait", "Seconds": "{% $states.input.s %}", "Next": "B"},
                "B": {"Type": "Succeed", "Output": "waited"},
            }
        ),
        {"s": 1},
        output="waited",
    ),
    Case(
        "Fail names error and cause by expressions",
        "state-fail.html",
        jsonata({"A": {"Type": "Fail", "Error": "{% $states.input.e %}", "Cause": "{% 'why' %}"}}),
        {"e": "MyError"},
        status="FAILED",
        error="MyError",
    ),
    Case(
        "a task that takes too long is States.Timeout",
        "concepts-error-handling.html",
        jsonata(
            {"A": invoke("slow", {"seconds": 3}, TimeoutSeconds=1, Catch=caught("States.Timeout")), "Caught": CAUGHT}
        ),
        output="States.Timeout",
    ),
    Case(
        "TimeoutSeconds may be an expression",
        "state-task.html",
        jsonata({"A": invoke("echo", {"z": 1}, TimeoutSeconds="{% $states.input.t %}", Output=PAYLOAD)}),
        {"t": 5},
        output={"z": 1},
    ),
    Case(
        "a machine that takes too long is TIMED_OUT",
        "statemachine-structure.html",
        jsonata({"A": {"Type": "Wait", "Seconds": 30, "End": True}}, TimeoutSeconds=1),
        status="TIMED_OUT",
    ),
    Case(
        "a task token is answered by SendTaskSuccess, heartbeats keep it alive",
        "connect-to-resource.html",
        jsonata(
            {
                "A": invoke(
                    "deliver",
                    {"token": "{% $states.context.Task.Token %}", "beats": 8, "v": 8},
                    path=INVOKE + ".waitForTaskToken",
                    HeartbeatSeconds=3,
                    TimeoutSeconds=20,
                )
            }
        ),
        output={"ok": 8},
    ),
    Case(
        "a task token is answered by SendTaskFailure",
        "connect-to-resource.html",
        jsonata(
            {
                "A": invoke(
                    "deliver",
                    {"token": "{% $states.context.Task.Token %}", "fail": True},
                    path=INVOKE + ".waitForTaskToken",
                    Catch=caught("DeliveryError"),
                ),
                "Caught": CAUGHT,
            }
        ),
        output="DeliveryError",
    ),
    Case(
        "a missed heartbeat is States.HeartbeatTimeout",
        "concepts-error-handling.html",
        jsonata(
            {
                "A": invoke(
                    "deliver",
                    {"token": "{% $states.context.Task.Token %}", "never": True},
                    path=INVOKE + ".waitForTaskToken",
                    HeartbeatSeconds=1,
                    TimeoutSeconds=20,
                    Catch=caught("States.HeartbeatTimeout"),
                ),
                "Caught": CAUGHT,
            }
        ),
        output="States.HeartbeatTimeout",
    ),
    Case(
        "States.Timeout catches a missed heartbeat too",
        "concepts-error-handling.html",
        jsonata(
            {
                "A": invoke(
                    "deliver",
                    {"token": "{% $states.context.Task.Token %}", "never": True},
                    path=INVOKE + ".waitForTaskToken",
                    HeartbeatSeconds=1,
                    TimeoutSeconds=20,
                    Catch=caught("States.Timeout"),
                ),
                "Caught": CAUGHT,
            }
        ),
        output="States.HeartbeatTimeout",
    ),
    Case(
        "runTask.sync waits for the task and gives its description",
        "connect-ecs.html",
        jsonata(
            {
                "A": run_task(
                    "task-done", Output="{% [$states.result.LastStatus, $states.result.Containers[0].ExitCode] %}"
                )
            }
        ),
        output=["STOPPED", 0],
    ),
    Case(
        "runTask.sync fails with the container",
        "connect-ecs.html",
        jsonata({"A": run_task("task-broken", Catch=caught("States.TaskFailed")), "Caught": CAUGHT}),
        output="States.TaskFailed",
    ),
    Case(
        "a task whose role the machine may not pass is refused",
        "connect-ecs.html",
        jsonata({"A": run_task("task-stranger", Catch=caught("ECS.AccessDeniedException")), "Caught": CAUGHT}),
        output="ECS.AccessDeniedException",
    ),
    Case(
        "runTask.waitForTaskToken is answered from within the task",
        "connect-ecs.html",
        jsonata(
            {
                "A": run_task(
                    "task-deliver",
                    path=RUN_TASK + ".waitForTaskToken",
                    environment=[
                        {"Name": "TASK_TOKEN", "Value": "{% $states.context.Task.Token %}"},
                        {"Name": "WORDS", "Value": "{% $states.input.w %}"},
                    ],
                    Output="{% $states.result.said %}",
                    TimeoutSeconds=60,
                )
            }
        ),
        {"w": "hello"},
        output="hello",
    ),
    Case(
        "an optimised DynamoDB integration and an SDK one read what was written",
        "connect-ddb.html",
        jsonata(
            {
                "A": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::dynamodb:putItem",
                    "Arguments": {
                        "TableName": "items",
                        "Item": {"pk": {"S": "{% $states.input.k %}"}, "n": {"N": "5"}},
                    },
                    "Output": "{% $states.input %}",
                    "Next": "B",
                },
                "B": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::aws-sdk:dynamodb:getItem",
                    "Arguments": {"TableName": "items", "Key": {"pk": {"S": "{% $states.input.k %}"}}},
                    "Output": "{% $states.result.Item.n.N %}",
                    "End": True,
                },
            }
        ),
        {"k": "a1"},
        output="5",
    ),
    Case(
        "an SDK integration's exception carries the service's name",
        "supported-services-awssdk.html",
        jsonata(
            {
                "A": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::aws-sdk:dynamodb:getItem",
                    "Arguments": {"TableName": "absent", "Key": {"pk": {"S": "a"}}},
                    "Catch": caught("DynamoDb.ResourceNotFoundException"),
                    "End": True,
                },
                "Caught": CAUGHT,
            }
        ),
        output="DynamoDb.ResourceNotFoundException",
    ),
    Case(
        "what the machine's role may not do fails the task",
        "procedure-create-iam-role.html",
        jsonata(
            {
                "A": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::aws-sdk:ec2:describeInstances",
                    "Arguments": {},
                    "Catch": caught("Ec2.Ec2Exception"),
                    "End": True,
                },
                "Caught": CAUGHT,
            }
        ),
        output="Ec2.Ec2Exception",
    ),
]


def statement(actions: list[str], *resources: str) -> dict[str, Any]:
    return {"Effect": "Allow", "Action": actions, "Resource": list(resources)}


def until(condition):
    """Wait for a condition, for as long as no sound account would take."""
    for _ in range(3000):
        if found := condition():
            return found
        time.sleep(0.01)
    raise AssertionError("it never came to pass")


class Workshop:
    """An account with the functions, tasks, table and role the cases use."""

    def __init__(self, account):
        self.account = account
        here = f"us-east-1:{account.account_id}"
        self.functions_role = self.role(
            "functions", "lambda", statement(["states:SendTask*"], f"arn:aws:states:{here}:stateMachine:*")
        )
        self.machine_role = self.role(
            "machines",
            "states",
            statement(["lambda:InvokeFunction"], f"arn:aws:lambda:{here}:function:*"),
            statement(["ecs:RunTask"], f"arn:aws:ecs:{here}:task-definition/task-*"),
            statement(["ecs:DescribeTasks", "ecs:StopTask"], "*"),
            statement(["iam:PassRole"], self.functions_role),
            statement(["dynamodb:PutItem", "dynamodb:GetItem"], f"arn:aws:dynamodb:{here}:table/*"),
        )
        self.states = account.client("stepfunctions")
        for name in ("echo", "add", "double", "fail", "flaky", "slow", "deliver", "whoami", "crash"):
            self.function(name)
        account.client("ecs").create_cluster(clusterName="tasks")
        for name in ("done", "broken", "slow", "deliver", "stranger"):
            account.client("ecs").register_task_definition(
                family=f"task-{name}",
                taskRoleArn=self.machine_role if name == "stranger" else self.functions_role,
                networkMode="awsvpc",
                containerDefinitions=[{"name": "main", "image": "main"}],
            )
        account.client("dynamodb").create_table(
            TableName="items",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )

    def role(self, name, service, *statements):
        iam = self.account.client("iam")
        trust = {
            "Statement": {
                "Effect": "Allow",
                "Principal": {"Service": f"{service}.amazonaws.com"},
                "Action": "sts:AssumeRole",
            }
        }
        arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(trust))["Role"]["Arn"]
        policy = {"Version": "2012-10-17", "Statement": list(statements)}
        iam.put_role_policy(RoleName=name, PolicyName="policy", PolicyDocument=json.dumps(policy))
        return arn

    def function(self, name):
        self.account.client("lambda").create_function(
            FunctionName=name,
            Runtime="python3.12",
            Handler="index.handler",
            Role=self.functions_role,
            Code={"ZipFile": b"PK\x05\x06" + b"\0" * 18},
            Timeout=30,
        )

    def start(self, definition, given):
        text = json.dumps(definition).replace("${account}", self.account.account_id)
        made = self.states.create_state_machine(
            name=f"machine-{next(_numbers)}", definition=text, roleArn=self.machine_role
        )
        return self.states.start_execution(stateMachineArn=made["stateMachineArn"], input=json.dumps(given))[
            "executionArn"
        ]

    def finish(self, execution):
        until(lambda: self.states.describe_execution(executionArn=execution)["status"] != "RUNNING")
        return self.states.describe_execution(executionArn=execution)

    def events(self, execution):
        pages = self.states.get_paginator("get_execution_history").paginate(executionArn=execution)
        return [event for page in pages for event in page["events"]]


@pytest.fixture(scope="module")
def workshop(embedded_account):
    return Workshop(embedded_account.second_account())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_definition_does_what_aws_does(workshop, case):
    described = workshop.finish(workshop.start(case.definition, case.input))
    assert (described["status"], described.get("error")) == (case.status, case.error or described.get("error")), (
        described
    )
    if case.status == "SUCCEEDED":
        assert json.loads(described["output"]) == case.output
    else:
        assert "output" not in described


def test_a_cause_is_what_the_runtime_of_lambda_reports(workshop):
    described = workshop.finish(workshop.start(jsonata({"A": invoke("fail", {})}), {}))
    cause = json.loads(described["cause"])
    assert (cause["errorType"], cause["errorMessage"]) == ("CustomError", "boom")
    assert cause["stackTrace"]


def test_a_stopped_execution_is_aborted_and_its_history_says_so(workshop):
    execution = workshop.start(
        jsonata({"A": {"Type": "Wait", "Seconds": 60, "Next": "B"}, "B": {"Type": "Succeed"}}), {}
    )
    workshop.states.stop_execution(executionArn=execution, error="Enough", cause="because")
    described = workshop.finish(execution)
    assert (described["status"], described["error"], described["cause"]) == ("ABORTED", "Enough", "because")
    events = workshop.events(execution)
    assert events[-1]["type"] == "ExecutionAborted"
    assert sum(event["type"] == "ExecutionAborted" for event in events) == 1


def test_a_stopped_execution_runs_no_catch_and_stops_its_task(workshop):
    definition = jsonata({"A": run_task("task-slow", Catch=caught("States.ALL")), "Caught": CAUGHT})
    execution = workshop.start(definition, {})
    ecs = workshop.account.client("ecs")
    running = until(lambda: ecs.list_tasks(cluster="tasks", desiredStatus="RUNNING")["taskArns"])
    workshop.states.stop_execution(executionArn=execution)
    assert workshop.finish(execution)["status"] == "ABORTED"
    until(lambda: ecs.describe_tasks(cluster="tasks", tasks=running)["tasks"][0]["lastStatus"] == "STOPPED")
    assert not any(event["type"] == "PassStateEntered" for event in workshop.events(execution))


def test_the_history_tells_each_state_in_order_with_times(workshop):
    definition = jsonata({"A": invoke("echo", {"z": 1}, Output=PAYLOAD, Next="B"), "B": {"Type": "Succeed"}})
    execution = workshop.start(definition, {"x": 1})
    workshop.finish(execution)
    events = workshop.events(execution)
    assert [event["type"] for event in events] == [
        "ExecutionStarted",
        "TaskStateEntered",
        "TaskScheduled",
        "TaskStarted",
        "TaskSucceeded",
        "TaskStateExited",
        "SucceedStateEntered",
        "SucceedStateExited",
        "ExecutionSucceeded",
    ]
    assert [event["id"] for event in events] == list(range(1, len(events) + 1))
    assert events[0]["executionStartedEventDetails"]["roleArn"] == workshop.machine_role
    assert json.loads(events[5]["stateExitedEventDetails"]["output"]) == {"z": 1}
    assert all(earlier["timestamp"] <= later["timestamp"] for earlier, later in itertools.pairwise(events))


def test_a_machine_the_interpreter_cannot_read_fails(workshop):
    nonsense = {"Type": "Task", "Resource": "arn:aws:states:::nonsense:thing", "End": True}
    described = workshop.finish(workshop.start(machine({"A": nonsense}), {}))
    assert (described["status"], described["error"]) == ("FAILED", "States.Runtime")
    assert described["cause"]


def test_a_name_can_be_used_once(workshop):
    machine_arn = workshop.states.create_state_machine(
        name="once", definition=json.dumps(jsonata({"A": {"Type": "Succeed"}})), roleArn=workshop.machine_role
    )["stateMachineArn"]
    workshop.states.start_execution(stateMachineArn=machine_arn, name="n", input="{}")
    with pytest.raises(workshop.states.exceptions.ExecutionAlreadyExists):
        workshop.states.start_execution(stateMachineArn=machine_arn, name="n", input='{"other": 1}')


def test_tokens_that_nobody_awaits_are_refused(workshop):
    with pytest.raises(workshop.states.exceptions.InvalidToken):
        workshop.states.send_task_success(taskToken="made-up", output="{}")
    definition = jsonata(
        {"A": invoke("deliver", {"token": "{% $states.context.Task.Token %}"}, path=INVOKE + ".waitForTaskToken")}
    )
    execution = workshop.start(definition, {})
    workshop.finish(execution)
    scheduled = next(event for event in workshop.events(execution) if event["type"] == "TaskScheduled")
    token = json.loads(scheduled["taskScheduledEventDetails"]["parameters"])["Payload"]["token"]
    with pytest.raises(workshop.states.exceptions.TaskTimedOut):
        workshop.states.send_task_failure(taskToken=token)
    with pytest.raises(workshop.states.exceptions.TaskTimedOut):
        workshop.states.send_task_heartbeat(taskToken=token)


def test_an_express_machine_answers_at_once(workshop):
    machine_arn = workshop.states.create_state_machine(
        name="express",
        type="EXPRESS",
        definition=json.dumps(jsonata({"A": invoke("echo", {"z": 2}, Output=PAYLOAD)})),
        roleArn=workshop.machine_role,
    )["stateMachineArn"]
    client = workshop.account.client("stepfunctions")
    answer = client.start_sync_execution(stateMachineArn=machine_arn, input="{}")
    assert (answer["status"], json.loads(answer["output"])) == ("SUCCEEDED", {"z": 2})


def test_an_aborted_execution_is_announced_on_the_event_bus(workshop):
    """The rule that cleans up after stopped executions hangs on this event."""
    events, sqs = workshop.account.client("events"), workshop.account.client("sqs")
    url = sqs.create_queue(QueueName="endings")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {"source": ["aws.states"], "detail": {"status": ["ABORTED", "TIMED_OUT", "FAILED"]}}
    events.put_rule(Name="endings", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="endings", Targets=[{"Id": "1", "Arn": arn}])
    execution = workshop.start(jsonata({"A": {"Type": "Wait", "Seconds": 60, "End": True}}), {})
    workshop.states.stop_execution(executionArn=execution)
    failed = workshop.start(jsonata({"A": {"Type": "Fail", "Error": "E"}}), {})
    workshop.finish(failed)
    seen = set()

    def both():
        for message in sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10, WaitTimeSeconds=1).get("Messages", []):
            detail = json.loads(message["Body"])["detail"]
            seen.add((detail["executionArn"], detail["status"]))
        return len(seen) >= 2

    until(both)
    assert {(execution, "ABORTED"), (failed, "FAILED")} <= seen
