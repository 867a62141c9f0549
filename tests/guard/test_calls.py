"""Parameters as deep as a script writes them down: what is made up is told with its path, what is computed is let be."""

import ast

import pytest

from cloudprobe.guard import calls
from cloudprobe.guard.derivation import derive
from tests.guard.scripts import LIBRARY, cases

HEAD = "import boto3, datetime, json, sys\nv = json.load(sys.stdin)\nec2 = boto3.client('ec2')\n"


def check(body):
    script = HEAD + body
    return calls.check(derive(script), list(ast.walk(ast.parse(script))))


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ("ec2.describe_instances(Filters=[{'Nme': 'x', 'Values': ['y']}])", "no-such-parameter", "Filters[0].Nme Name"),
        ("f = [{'Name': 'x', 'Value': ['y']}]\nec2.describe_instances(Filters=f)", "no-such-parameter", "[0].Value Values"),
        ("f = {'Nam': 'x', 'Values': v}\nec2.describe_vpcs(Filters=[f])", "no-such-parameter", "Filters[0].Nam Name"),
        ("ec2.describe_instances(**{'Filters': [{'Nme': 'x'}]})", "no-such-parameter", "Filters[0].Nme Name"),
        ("p = {'Filters': [{'Nme': 'x'}]}\nec2.describe_instances(**p)", "no-such-parameter", "Filters[0].Nme Name"),
        ("getattr(ec2, 'describe_instances')(Filters=[{'Nme': 'x'}])", "no-such-parameter", "Filters[0].Nme Name"),
        ("for p in ec2.get_paginator('describe_instances').paginate(Filters=[{'Nme': 'x'}],\n"
         " PaginationConfig={'PageSize': 5}): print(p)", "no-such-parameter", "Filters[0].Nme Name"),
        ("list(boto3.resource('ec2').instances.filter(Filters=[{'Nme': 'x'}]))", "no-such-parameter", "Filters[0].Nme Name"),
        ("ec2.describe_instances(Filters=[{'Nme': one} for one in v])", "no-such-parameter", "Filters[].Nme Name"),
        ("boto3.client('cloudwatch').get_metric_data(StartTime=1, EndTime=2, MetricDataQueries=[{'Id': 'a',"
         " 'MetricStat': {'Metric': {'NameSpace': 'AWS/EC2'}, 'Period': 60, 'Stat': 'Sum'}}])",
         "no-such-parameter", "MetricDataQueries[0].MetricStat.Metric.NameSpace Namespace"),
        ("boto3.client('cloudwatch').get_metric_data(StartTime=1, EndTime=2, MetricDataQueries=[{'Id': 'a',"
         " 'MetricStat': {'Metric': {}, 'Stat': 'Sum'}}])", "missing-parameter", "Period in MetricDataQueries[0].MetricStat"),
        ("ec2.describe_instances(InstanceIds='i-1')", "parameter-type", "a list ['i-1']"),
        ("ec2.describe_instances(InstanceIds=f'i-{v}')", "parameter-type", "a list"),
        ("ec2.describe_instances(MaxResults='5')", "parameter-type", "a whole number"),
        ("ec2.describe_instances(MaxResults=5.5)", "parameter-type", "a whole number"),
        ("ec2.describe_instances(NextToken=None)", "parameter-type", "Leave NextToken out"),
        ("ec2.describe_instances(DryRun='no')", "parameter-type", "True or False"),
        ("ec2.describe_instances(Filters={'Name': 'x', 'Values': ['y']})", "parameter-type", "a list"),
        ("ec2.describe_instances(Filters=[('Name', 'x')])", "parameter-type", "Filters[0] a dictionary"),
        ("ec2.describe_instances(Filters=[{'Name': 'x', 'Values': 'y'}])", "parameter-type", "Filters[0].Values ['y']"),
        ("def ask(n): return ec2.describe_instances(MaxResults=n)\nask('5')", "parameter-type", "a whole number"),
        ("boto3.client('rds').describe_db_instances(Filters=[{'Name': 'x'}])", "missing-parameter", "Values in Filters[0]"),
        ("boto3.client('logs').describe_log_groups(limit=0)", "parameter-range", "at least 1"),
        ("boto3.client('dynamodb').get_item(TableName='t', Key={'id': 'x'})", "parameter-type", "Key['id'] a dictionary"),
        ("boto3.client('dynamodb').get_item(TableName='t', Key={'id': {'s': 'x'}})", "no-such-parameter", "Key['id'].s S"),
    ],
)  # fmt: skip
def test_what_cannot_be_taken(body, code, said):
    (finding,) = check(body)
    assert (finding.code, finding.severity) == (code, "error")
    assert finding.line >= HEAD.count("\n")
    for word in said.split(" "):
        assert word in f"{finding.message} {finding.hint}"


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ("boto3.client('logs').describe_log_groups(limit=5000)", "parameter-range", "at most 50"),
        ("boto3.client('logs').describe_log_streams(logGroupName='g', orderBy='LastEvent')", "parameter-value",
         "LastEventTime"),
        ("by = 'Names'\nboto3.client('logs').describe_log_streams(logGroupName='g', orderBy=by)", "parameter-value",
         "LogStreamName"),
        ("boto3.client('ecs').describe_clusters(include=['SETTING'])", "parameter-value", "SETTINGS"),
    ],
)  # fmt: skip
def test_lists_and_limits_grow_so_they_are_only_remarked(body, code, said):
    (finding,) = check(body)
    assert (finding.code, finding.severity) == (code, "warning")
    assert said in f"{finding.message} {finding.hint}"


@pytest.mark.parametrize(
    "body",
    [
        "ec2.describe_instances(Filters=[{'Name': 'x', 'Values': ['y']}], MaxResults=5)",
        "ec2.describe_instances(Filters=v['filters'], InstanceIds=v['ids'])",
        "ec2.describe_instances(Filters=[v['filter'], {'Name': v['n'], 'Values': v['values']}])",
        "ec2.describe_instances(Filters=[{'Name': 'x', **v}], InstanceIds=[*v['ids']])",
        "ids = ['i-1', 'i-2', 'i-3']\nec2.describe_instances(InstanceIds=ids[:2])",
        "IDS = ['i-1', 'i-2']\ndef ask(ids): return ec2.describe_instances(InstanceIds=ids)\nask(IDS[0:1])",
        "f = {'Name': 'x', 'Values': ['y'], 'Label': 'z'}\nf.pop('Label')\nec2.describe_instances(Filters=[f])",
        "f = {'Name': 'x', 'Values': ['y'], 'Label': 'z'}\ndel f['Label']\nec2.describe_instances(Filters=[f])",
        "f = {'Name': 'x'}\nf['Values'] = ['y']\nboto3.client('rds').describe_db_instances(Filters=[f])",
        "f = {'Name': 'x'}\nf.update(Values=['y'])\nboto3.client('rds').describe_db_instances(Filters=[f])",
        "f = {'Name': 'x'}\ndef fill(d): d['Values'] = ['y']\nfill(f)\n"
        "boto3.client('rds').describe_db_instances(Filters=[f])",
        "f = {'Name': 'x'}\nfor one in [f]: one['Values'] = ['y']\nboto3.client('rds').describe_db_instances(Filters=[f])",
        "f = {'Name': 'x'}\ng = f\ng['Values'] = ['y']\nboto3.client('rds').describe_db_instances(Filters=[f])",
        "f = None\nif v: f = []\nec2.describe_instances(Filters=f or [])",
        "token = None\nwhile True:\n    a = ec2.describe_instances(**({'NextToken': token} if token else {}))\n"
        "    token = a.get('NextToken')\n    if not token: break",
        "ids = 'a,b'.split(',')\nec2.describe_instances(InstanceIds=ids)",
        "n = int('5')\nec2.describe_instances(MaxResults=n)",
        "k = dict(Filters=[dict(Name='x', Values=['y'])])\nec2.describe_instances(**k)",
        "k = {'Filters': [{'Nme': 1}], **v}\nec2.describe_instances(**k)",
        "boto3.client('logs').filter_log_events(logGroupName='g', startTime=int(v['t']), limit=10)",
        "boto3.client('cloudwatch').get_metric_statistics(Namespace='n', MetricName='m', StartTime='2026-01-01T00:00:00Z',"
        " EndTime=datetime.datetime.now(), Period=60, Statistics=['Sum'])",
        "boto3.client('glacier').list_vaults()",
        "boto3.resource('dynamodb').Table('t').get_item(Key={'id': 'x'})",
        "boto3.client('ce').get_cost_and_usage(TimePeriod={'Start': v['s'], 'End': f'{v}'}, Granularity='DAILY',"
        " Metrics=['UnblendedCost'], GroupBy=[{'Type': 'DIMENSION', 'Key': 'SERVICE'}])",
        "for c, k in ((ec2, 'Filters'), (ec2, 'filters')):\n    print(k)\nec2.describe_vpcs()",
        "for name in ('describe_vpcs', 'describe_subnets'): getattr(ec2, name)(Filters=[{'Name': 'x', 'Values': []}])",
        "class A:\n    Filters = [{'Nme': 1}]\nec2.describe_vpcs(Filters=A.Filters)",
        "def ask(Filters): return ec2.describe_vpcs(Filters=Filters)\nask([])\nFilters = [{'Nme': 1}]",
    ],
)  # fmt: skip
def test_what_is_right_or_computed_is_let_be(body):
    assert check(body) == []


@pytest.mark.parametrize(
    ("caught", "severity"),
    [
        ("botocore.exceptions.ParamValidationError", "warning"),
        ("(KeyError, ParamValidationError)", "warning"),
        ("Exception", "error"),
        ("ClientError", "error"),
    ],
)
def test_a_script_that_reckons_with_the_refusal_is_let_run(caught, severity):
    body = f"try:\n    ec2.describe_instances(InstanceIds='i-1')\nexcept {caught}:\n    pass"
    (finding,) = check(body)
    assert finding.severity == severity


def test_a_line_with_two_calls_takes_each_for_its_own():
    (finding,) = check(
        "ec2.describe_instances(Filters=[{'Name': 'x', 'Values': [d['A'] for d in"
        " boto3.client('rds').describe_db_instances(Filters=[{'Nme': 'x', 'Values': ['y']}])['DBInstances']]}])"
    )
    assert finding.message == "rds DescribeDBInstances has no parameter Filters[0].Nme."


@pytest.mark.parametrize(("key", "told"), [("Nme", 1), ("Name", 0), ("Key", 0)])
def test_it_is_wrong_only_if_none_of_the_possible_operations_takes_it(key, told):
    """Filters of tags in autoscaling have a Name and Values, those of managed instances in ssm a Key and Values."""
    body = (
        "for service, ask in (('autoscaling', 'describe_tags'), ('ssm', 'describe_instance_information')):\n"
        f"    getattr(boto3.client(service), ask)(Filters=[{{'{key}': 'x', 'Values': ['y']}}])"
    )
    assert len(check(body)) == told


KNOWN = {"tuned/o22_session_factory_class": ["parameter-range"]}
"""Scripts of the corpus with a mistake botocore refuses: a session named by one letter, where two are needed."""


def is_inside(finding):
    """About values and what is in them, not about which parameters a call has: short hostile scripts give none."""
    return finding.code.startswith("parameter-") or "[" in finding.message or " in " in finding.message


def test_scripts_read_by_hand_have_no_mistakes_but_the_known_ones():
    texts = {case.name: case.source for case in cases()}
    texts |= {path.parent.name: path.read_text() for path in LIBRARY.glob("*/probe.py")}
    found = {
        name: [one.code for one in calls.check(derive(text), list(ast.walk(ast.parse(text)))) if is_inside(one)]
        for name, text in texts.items()
    }
    assert {name: codes for name, codes in found.items() if codes} == KNOWN


@pytest.mark.parametrize(
    "body",
    [
        "ops = {'sg': ('describe_security_groups', 'GroupIds'), 'nat': ('describe_nat_gateways', 'NatGatewayIds')}\n"
        "def find(kind):\n    op, name = ops[kind]\n    return getattr(ec2, op)(**{name: v})\nfind(v)",
        "iam = boto3.client('iam')\nops = {'u': ('list_attached_user_policies', 'UserName'),"
        " 'r': ('list_attached_role_policies', 'RoleName')}\nfor k in v:\n    op, name = ops[k]\n"
        "    for page in iam.get_paginator(op).paginate(**{name: k}): print(page)",
    ],
)
def test_an_operation_and_its_parameter_chosen_together_are_right(body):
    assert check(body) == []


def test_a_parameter_that_none_of_the_operations_chosen_from_takes_is_told():
    found = check(
        "ops = {'sg': ('describe_security_groups', 'GroupId'), 'nat': ('describe_nat_gateways', 'NatGatewayIds')}\n"
        "for k in v:\n    op, name = ops[k]\n    getattr(ec2, op)(**{name: v})"
    )
    assert {one.code for one in found} == {"no-such-parameter"}
