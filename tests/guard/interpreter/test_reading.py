"""Attributes that are read without a dot in the script: by format texts and by patterns."""

import pytest

from cloudprobe.guard.derivation import derive

HEAD = "import asyncio, string, boto3\nuser = boto3.resource('iam').User('u')\ntable = boto3.resource('dynamodb').Table('t')\n"


@pytest.mark.parametrize(
    ("script", "operations"),
    [
        ("print('{0.arn}'.format(user))", "iam:GetUser"),
        ("print('{} {.item_count:>8}'.format(1, table))", "dynamodb:DescribeTable"),
        ("print('{t.item_count} {u.arn}'.format(t=table, u=user))", "dynamodb:DescribeTable iam:GetUser"),
        ("print('{u.arn}'.format_map({'u': user}))", "iam:GetUser"),
        ("print('{:{0.arn}}'.format(user))", "iam:GetUser"),
        ("print(string.Formatter().format('{0.arn}', user))", "iam:GetUser"),
        ("print('{0.name} {{0.arn}}'.format(user))", ""),
        ("match user:\n    case object(arn=a): print(a)", "iam:GetUser"),
        ("match [user]:\n    case [object(arn=a)]: print(a)", "iam:GetUser"),
        (
            "class Job:\n    def __init__(self, c, n): self.c, self.n = c, n\nmatch Job(boto3.client('iam'), 'list_users'):\n"
            "    case Job(c=c, n=n): getattr(c, n)()",
            "iam:ListUsers",
        ),
        (
            "async def fetch(s): return s, boto3.client(s)\nasync def main():\n    done, _ = await asyncio.wait([asyncio.create_task(fetch('sqs'))])\n"
            "    for t in done:\n        name, c = t.result()\n        c.list_queues()\nasyncio.run(main())",
            "sqs:ListQueues",
        ),
    ],
)  # fmt: skip
def test_what_is_read_is_called(script: str, operations: str) -> None:
    assert derive(HEAD + script).names == set(operations.split())
