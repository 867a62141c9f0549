"""What boto3 itself takes, compared with boto3."""

import ast
import inspect

import boto3
import pytest

from cloudprobe.guard import calls, options
from cloudprobe.guard.derivation import derive

HEAD = "import boto3\nec2 = boto3.client('ec2')\n"


def check(body, head=HEAD):
    script = head + body
    return calls.check(derive(script), list(ast.walk(ast.parse(script))))


@pytest.mark.parametrize(
    ("known", "function"),
    [
        (options.SESSION, boto3.Session.__init__),
        (options.CLIENT, boto3.Session.client),
        (options.CLIENT, boto3.Session.resource),
    ],
)
def test_the_options_are_those_of_the_installed_boto3(known, function):
    assert set(inspect.signature(function).parameters) - {"self"} <= known


@pytest.mark.parametrize(
    ("body", "code", "severity", "said"),
    [
        ("boto3.client('ec2', regionname='x')", "no-such-parameter", "error", "region_name"),
        ("boto3.Session(region='eu-west-1')", "no-such-parameter", "error", "region_name"),
        ("s = boto3.Session()\ns.resource('ec2', regoin_name='eu-west-1')", "no-such-parameter", "error", "region_name"),
        ("def f(s): return s.client('ec2', endpoint='x')", "no-such-parameter", "error", "endpoint_url"),
        ("boto3.client('ec2', region_name='eu-wst-1')", "no-such-region", "warning", "eu-west-1"),
        ("boto3.client('ec2', 'us-esat-1')", "no-such-region", "warning", "us-east-1"),
        ("R = 'eu-central-11'\nboto3.Session(region_name=R)", "no-such-region", "warning", "eu-central-1"),
        ("ec2.get_paginator('describe_vpcs').paginate(PaginationConfig={'PageSze': 5})", "no-such-parameter", "error", "PageSize"),
        ("ec2.get_paginator('describe_vpcs').paginate(PaginationConfig=dict(MaxItem=5))", "no-such-parameter", "error", "MaxItems"),
        ("ec2.get_waiter('vpc_exists').wait(VpcIds=['v'], WaiterConfig={'Dly': 1})", "no-such-parameter", "error", "Delay"),
        ("print(ec2.exceptions.NoSuchThing)", "no-such-exception", "error", "ec2"),
        ("s3 = boto3.client('s3')\ntry: s3.list_buckets()\nexcept s3.exceptions.NoSuchBuckets: pass", "no-such-exception",
         "warning", "NoSuchBucket"),
        ("def f(c): raise c.exceptions.NoSuchThing", "no-such-exception", "warning", "ec2"),
        ("ec2.describe_vpcs(Filters=[dict(Name='x', Value=['y'])], VpcIds=[str(5)])", "no-such-parameter", "error", "Values"),
        ("ec2.describe_vpcs(Filters=[dict({'Nme': 'x'}, Values=['y'])])", "no-such-parameter", "error", "Name"),
        ("f = lambda n: {'Name': n, 'Vals': ['x']}\nec2.describe_vpcs(Filters=[f('a')])", "no-such-parameter", "error", "Values"),
        ("def f(name, *values):\n    'A filter.'\n    return {'Name': name, 'Value': list(values)}\n"
         "ec2.describe_vpcs(Filters=[f('a', 'b')])", "no-such-parameter", "error", "Values"),
        ("def f(n): return [dict(Nam=n, Values=['x'])]\nec2.describe_vpcs(Filters=f('a'))", "no-such-parameter", "error", "Name"),
    ],
)  # fmt: skip
def test_what_is_made_up_is_told_with_the_nearest_real_name(body, code, severity, said):
    (finding,) = check(body)
    assert (finding.code, finding.severity) == (code, severity)
    assert said in f"{finding.message} {finding.hint}"


@pytest.mark.parametrize(
    "body",
    [
        "boto3.client('ec2', region_name='eu-west-1', config=None, verify=False)",
        "boto3.client(service_name='ec2', region_name='us-gov-west-1')",
        "boto3.Session(profile_name='x', region_name='cn-north-1')",
        "def f(region): return boto3.client('ec2', region_name=region)",
        "web = object()\nweb.client('ledger', colour='red')",
        "ec2.get_paginator('describe_vpcs').paginate(PaginationConfig={'PageSize': 5, 'MaxItems': 9, 'StartingToken': 'x'})",
        "print(boto3.client('s3').exceptions.NoSuchBucket, ec2.exceptions.ClientError)",
        "import botocore\nprint(botocore.exceptions.ClientError, botocore.exceptions.WaiterError)",
        "def dict(**given): return [given]\nec2.describe_vpcs(VpcIds=dict(Nme='x'))",
        "def f(n):\n    if n: return {'Name': n, 'Values': ['x']}\n    return {'Vals': []}\nec2.describe_vpcs(Filters=[f('a')])",
        "f = lambda n: {'Name': n, 'Vals': ['x']}\nf = lambda n: {'Name': n, 'Values': ['x']}\nec2.describe_vpcs(Filters=[f('a')])",
        "def f(n):\n    yield {'Nme': n}\nec2.describe_vpcs(Filters=f('a'))",
    ],
)  # fmt: skip
def test_what_is_right_or_not_known_is_let_be(body):
    assert [one for one in check(body) if one.code.startswith("no-such")] == []
