"""Branches that a value decides: what is certainly not taken is no mistake of the script, and still not overlooked."""

import pytest

from cloudprobe.guard.derivation import derive

DECIDED: dict[str, tuple[str, str]] = {
    "a chain of conditions": (
        "def count(service):\n    c = boto3.client(service)\n    if service == 'ec2': return c.describe_vpcs()\n"
        "    elif service in ('rds', 'docdb'): return c.describe_db_instances()\n    return c.list_functions()\n"
        "for s in ('ec2', 'rds', 'lambda'): count(s)",
        "ec2:DescribeVpcs rds:DescribeDBInstances lambda:ListFunctions",
    ),
    "a match": (
        "for s in ('sqs', 'sns', 'ecs'):\n    c = boto3.client(s)\n    match s:\n        case 'sqs': c.list_queues()\n"
        "        case 'sns' | 'ses': c.list_topics()\n        case _: c.list_clusters()",
        "sqs:ListQueues sns:ListTopics ecs:ListClusters",
    ),
    "not, and, or": (
        "for s in ('sqs', 'sns'):\n    c = boto3.client(s)\n    if s != 'sqs' and not s == 'iam': c.list_topics()\n"
        "    if s == 'sqs' or s == 'iam': c.list_queues()",
        "sqs:ListQueues sns:ListTopics",
    ),
    "an operation two services have": (
        "for s in ('ecs', 'eks'):\n    c = boto3.client(s)\n    if s == 'ecs': c.list_clusters()",
        "ecs:ListClusters",
    ),
    "a conditional expression": (
        "def f(s):\n    c = boto3.client(s)\n    return c.list_queues() if s == 'sqs' else c.list_topics()\nf('sqs'), f('sns')",
        "sqs:ListQueues sns:ListTopics",
    ),
    "a branch nobody takes": (
        "def f(mode):\n    c = boto3.client('iam')\n    if mode == 'full': c.list_roles()\n    c.list_users()\nf('short')",
        "iam:ListRoles iam:ListUsers",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("script", "operations"), DECIDED.values(), ids=DECIDED)
def test_a_branch_is_followed_for_the_values_that_take_it(script: str, operations: str) -> None:
    derivation = derive(f"import boto3\n{script}")
    assert derivation.names == set(operations.split())
    assert not derivation.undecided


def test_a_made_up_operation_is_told_in_a_branch_that_is_taken() -> None:
    derivation = derive(
        "import boto3\nfor s in ('ec2', 'rds'):\n    c = boto3.client(s)\n    if s == 'rds': c.describe_instances()\n"
    )
    assert [one.code for one in derivation.undecided] == ["no-such-operation"]


@pytest.mark.parametrize(
    "script",
    [
        # A variable that something else changes decides nothing.
        "def f(s, c):\n    for _ in input():\n        if s == 'b': c.delete_group(GroupName='g')\n        s = 'b'\nf('a', iam)\nf('b', sqs)",
        "def f(s, c):\n    def g():\n        nonlocal s\n        s = 'b'\n    g()\n    if s == 'b': c.delete_group(GroupName='g')\nf('a', iam)\nf('b', sqs)",
        "s = 'a'\ndef f(c):\n    if s == 'b': c.delete_group(GroupName='g')\nf(iam)\ns = 'b'\nf(iam)",
        "def f(s, c):\n    if (s := input() or s) == 'b': c.delete_group(GroupName='g')\nf('a', iam)",
        "todo = ['a']\nfor s in todo:\n    if s == 'b': iam.delete_group(GroupName='g')\n    else: todo.append('b')",
        "def f(s='a', *, c=iam):\n    if s == 'b': c.delete_group(GroupName='g')\nf(*input())\nf('b', c=sqs)",
        "def f(s, c):\n    if s != 'a': c.delete_group(GroupName='g')\n    else: f(s + 'b', c)\nf('a', iam)",
    ],
)
def test_what_may_happen_after_all_is_followed(script: str) -> None:
    derivation = derive(f"import boto3\niam, sqs = boto3.client('iam'), boto3.client('sqs')\n{script}")
    assert "iam:DeleteGroup" in derivation.names


def test_a_condition_on_an_attribute_makes_no_operation_count_as_made_up() -> None:
    derivation = derive(
        "import boto3\nclass Service:\n    def __init__(self, name):\n        self.name, self.client = name, boto3.client(name)\n"
        "    def items(self):\n        if self.name == 'sqs': return self.client.list_queues()\n"
        "        return self.client.list_topics()\nfor name in ('sqs', 'sns'): Service(name).items()"
    )
    assert derivation.names == {"sqs:ListQueues", "sns:ListTopics"}
