"""Names on boto3's resources: made-up ones are told, real ones and unknown ones let be."""

import ast

import boto3
import pytest

from cloudprobe.guard import calls, models, resource_names
from cloudprobe.guard.derivation import derive

HEAD = "import boto3\nec2 = boto3.resource('ec2')\n"


def check(body):
    script = HEAD + body
    return calls.check(derive(script), list(ast.walk(ast.parse(script))))


@pytest.mark.parametrize(
    ("body", "code", "said"),
    [
        ("print(list(ec2.instances.filter(Fltrs=[])))", "no-such-parameter", "Filters"),
        ("print(list(boto3.resource('s3').Bucket('x').objects.filter(Prefx='a')))", "no-such-parameter", "Prefix"),
        ("print(list(ec2.instnces.all()))", "no-such-attribute", "instances"),
        ("print(ec2.Instnce('i').state)", "no-such-attribute", "Instance"),
        ("ec2.Instance('i').describe_attr(Attribute='x')", "no-such-attribute", "describe_attribute"),
        ("print(boto3.resource('iam').User('x').arnn)", "no-such-attribute", "arn"),
        ("for i in ec2.instances.all():\n    print(i.instance_typ)", "no-such-attribute", "instance_type"),
        ("print([v.cidr for v in ec2.vpcs.filter(Filters=[])])", "no-such-attribute", "ec2 Vpc"),
        ("for v in list(ec2.vpcs.limit(5)):\n    for s in v.subnets.all():\n        print(s.cidr_blocks)", "no-such-attribute",
         "cidr_block"),
        ("print(ec2.Instance('i').vpc.subnet.all())", "no-such-attribute", "subnets"),
        ("print(ec2.instances.fliter(Filters=[]))", "no-such-attribute", "filter"),
        ("from boto3.session import Session\ns3 = Session().resource('s3')\nb = s3.Bucket('x')\nprint(b.creation_dat)",
         "no-such-attribute", "creation_date"),
        ("def f():\n    iam = boto3.resource('iam')\n    for role in iam.roles.all():\n        print(role.policies.al())",
         "no-such-attribute", "all"),
        ("boto3.resource('dynamodb').Table('t').query(KeyCondition='x')", "no-such-parameter", "KeyConditions"),
    ],
)  # fmt: skip
def test_made_up_names_are_told(body, code, said):
    (finding,) = check(body)
    assert (finding.code, finding.severity) == (code, "error")
    assert said in f"{finding.message} {finding.hint}"


@pytest.mark.parametrize(
    "body",
    [
        "for i in ec2.instances.filter(Filters=[{'Name': 'x', 'Values': ['y']}]): print(i.id, i.instance_id, i.tags, i.vpc.id)",
        "print(list(ec2.instances.page_size(5).limit(3)), ec2.meta.client, list(ec2.vpcs.pages()))",
        "b = boto3.resource('s3').Bucket('x')\nprint(b.name, b.Acl().grants, b.creation_date, b.objects.limit(count=1), b.Policy())",
        "print([o.key for o in boto3.resource('s3').Bucket('x').objects.filter(Prefix='a', Delimiter='/')])",
        "print(ec2.SecurityGroup('x').ip_permissions, ec2.Image('x').wait_until_exists(), ec2.Vpc('v').get_available_subresources())",
        "def f(thing): return thing.arnn\nf(ec2.Instance('i'))",
        "x = ec2.Instance('i')\nx = {'a': 1}\nprint(x.items())",
        "i = ec2.Instance('i')\ni.note = 1\nprint(i.note)",
        "for ec2 in (1, 2): print(ec2.bit_length())",
        "t = boto3.resource('dynamodb').Table('t')\nprint(t.item_count, t.table_name, t.name)",
        "print(boto3.resource('iam').Role('r').assume_role_policy_document, boto3.resource('iam').AccountSummary().summary_map)",
        "import boto3.dynamodb\nprint([p for p in boto3.resource('iam').policies.all() if p.attachment_count])",
    ],
)  # fmt: skip
def test_what_is_there_or_not_known_is_let_be(body):
    assert [one for one in check(body) if one.code.startswith("no-such")] == []


@pytest.mark.parametrize("service", boto3.Session().get_available_resources())
def test_everything_boto3_gives_a_resource_is_known(service):
    made = boto3.resource(service, region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x")
    model = models.resource_model(service)
    assert model is not None
    for kind in ("", *model["resources"]):
        resource = made
        if kind:
            count = len(model["resources"][kind].get("identifiers", []))
            resource = getattr(made, kind)(*(["x"] * count)) if hasattr(made, kind) else None
        if resource is not None:
            real = {name for name in dir(resource) if not name.startswith("_")}
            known = resource_names.has(resource_names.Resource(service, kind))
            assert {name for name in real if name not in known and resource_names.plain(name) not in known} == set()
