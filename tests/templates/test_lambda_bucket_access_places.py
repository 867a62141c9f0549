"""How the Lambda-to-bucket template finds the bucket a function works on, and the way its requests take."""

import json
from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

import pytest

from cloudprobe.emulator.account import EmbeddedAccount
from cloudprobe.emulator.worlds.building import Site, allow, bucket, deny, function
from tests.templates.meddler import Answer, Request, meddling
from tests.templates.probe_runs import ProbeRun, run_probe
from tests.worlds.seeded import naming

TEMPLATE = "lambda_bucket_access"
ANY_OBJECT = (allow(["s3:GetObject", "s3:PutObject"], "*", Sid="Anything"),)


@pytest.fixture
def site(embedded_account: EmbeddedAccount) -> Site:
    return Site(embedded_account.second_account().client, naming("own"))


Probe = Callable[..., ProbeRun]


@pytest.fixture
def probe(site: Site) -> Probe:
    def run(**variables: Any) -> ProbeRun:
        return run_probe(TEMPLATE, site._clients.__self__, variables)

    return run


def without_variables(site: Site, logical: str) -> None:
    """What a broker that withholds the values of environment variables leaves of them."""
    empty = {"Variables": {"BUCKET_NAME": "[withheld]"}}
    site.client("lambda").update_function_configuration(FunctionName=site.name(logical), Environment=empty)


def found(run: ProbeRun) -> dict[str, str]:
    return {check["bucket"]: check["bucket_found_by"] for check in run.document["facts"]["checks"]}


def test_the_policy_of_the_role_names_it(site: Site, probe: Probe) -> None:
    bucket(site, "parcels")
    bucket(site, "settings")
    statements = (
        allow("s3:GetObject", site.bucket_arn("settings", "/*"), Sid="Read"),
        allow("s3:PutObject", site.bucket_arn("parcels", "/*"), Sid="Write"),
    )
    function(site, "mailer", bucket="parcels", statements=statements)
    without_variables(site, "mailer")
    run = probe()
    assert list(found(run)) == [site.name("parcels")]  # of the two, the one it may write to
    assert "statement Write" in found(run)[site.name("parcels")]
    assert list(found(probe(access="read"))) == [site.name("settings")]
    assert list(found(probe(access="delete"))) == [site.name("parcels"), site.name("settings")]


def test_a_pattern_in_the_policy_names_those_that_match(site: Site, probe: Probe) -> None:
    for logical in ("parcels-in", "parcels-out", "letters"):
        bucket(site, logical)
    pattern = f"arn:aws:s3:::{'parcels'}-*/*"
    function(site, "mailer", bucket="letters", statements=(allow("s3:*", pattern),))
    without_variables(site, "mailer")
    assert list(found(probe())) == [site.name("parcels-in"), site.name("parcels-out")]


def test_a_bucket_that_invokes_the_function(site: Site, probe: Probe) -> None:
    bucket(site, "uploads")
    function(site, "resizer", bucket="uploads", statements=ANY_OBJECT)
    without_variables(site, "resizer")
    site.client("lambda").add_permission(
        FunctionName=site.name("resizer"),
        StatementId="events",
        Action="lambda:InvokeFunction",
        Principal="s3.amazonaws.com",
        SourceArn=site.bucket_arn("uploads"),
    )
    assert found(probe(access="read")) == {site.name("uploads"): "its events invoke the function"}


def test_a_bucket_whose_policy_names_the_role(site: Site, probe: Probe) -> None:
    statement = deny(
        "s3:PutObject", site.bucket_arn("vault", "/*"), Sid="NotYou", Principal={"AWS": site.role_arn("keeper-role")}
    )
    function(site, "keeper", bucket="vault", statements=ANY_OBJECT)
    bucket(site, "vault", statements=(statement,))
    bucket(site, "other")
    without_variables(site, "keeper")
    run = probe()
    assert list(found(run)) == [site.name("vault")]
    assert [f.id for f in run.result.findings] == ["bucket-policy-denies"]


def test_a_like_name_serves_a_function_that_was_asked_about_and_no_other(site: Site, probe: Probe) -> None:
    bucket(site, "payroll-archive")
    bucket(site, "holiday-pictures")
    function(site, "payroll", bucket="payroll-archive", statements=())
    without_variables(site, "payroll")
    run = probe(function=site.name("payroll"))
    assert found(run) == {site.name("payroll-archive"): "its name is like the function's"}
    assert [f.id for f in run.result.findings] == ["role-lacks-permission"]
    swept = probe()
    assert swept.result.findings == ()
    assert swept.document["facts"]["functions_without_bucket"] == [site.name("payroll")]
    assert "name the bucket" in swept.result.summary


def test_a_shared_tag_serves_where_no_name_does(site: Site, probe: Probe) -> None:
    bucket(site, "alpha")
    bucket(site, "omega")
    function(site, "zebra", bucket="alpha", statements=())
    without_variables(site, "zebra")
    site.client("lambda").tag_resource(Resource=site.arns["zebra"], Tags={"team": "blue"})
    tags = {"TagSet": [{"Key": "team", "Value": "blue"}]}
    site.client("s3").put_bucket_tagging(Bucket=site.name("omega"), Tagging=tags)
    run = probe(function=site.name("zebra"))
    assert found(run)[site.name("omega")] == "it shares the tag team=blue"


def test_a_misspelt_bucket_in_the_policy_leads_to_the_one_that_is_meant(site: Site, probe: Probe) -> None:
    bucket(site, "invoices-archive")
    misspelt = site.bucket_arn("invoices-archive").replace("invoices", "invoice")
    function(
        site, "billing", bucket="invoices-archive", statements=(allow("s3:PutObject", f"{misspelt}/*", Sid="Work"),)
    )
    without_variables(site, "billing")
    run = probe()
    assert list(found(run)) == [site.name("invoices-archive")]
    assert [f.id for f in run.result.findings] == ["role-lacks-permission"]
    assert "which is not this bucket" in run.result.summary


def test_a_bucket_of_another_account_or_none_is_said_to_be_absent(site: Site, probe: Probe) -> None:
    bucket(site, "nothing-alike")
    function(
        site, "courier", bucket="nothing-alike", statements=(allow("s3:PutObject", "arn:aws:s3:::partner-drop-4711/*"),)
    )
    without_variables(site, "courier")
    run = probe()
    assert [(f.id, f.resource) for f in run.result.findings] == [
        ("bucket-not-in-account", "arn:aws:s3:::partner-drop-4711")
    ]
    assert run.cited()


def test_words_that_name_nothing_do_not_hide_the_answer(site: Site, probe: Probe) -> None:
    frozen = deny("s3:PutObject", site.bucket_arn("orders-store", "/*"), Sid="Frozen", Principal="*")
    bucket(site, "orders-store", statements=(frozen,))
    function(site, "orders", bucket="orders-store", statements=ANY_OBJECT)
    run = probe(function="nightly", bucket="important")
    assert [f.id for f in run.result.findings] == ["bucket-policy-denies"]
    assert "No Lambda function is like 'nightly'" in run.result.summary
    assert "No bucket is like 'important'" in run.result.summary


def in_vpc(site: Site, logical: str, *, route: dict[str, str] | None = None, open_out: bool = True) -> dict[str, str]:
    """Put a function into a VPC of its own; ids of the parts."""
    ec2 = site.client("ec2")
    vpc = ec2.create_vpc(CidrBlock="10.9.0.0/16")["Vpc"]["VpcId"]
    subnet = ec2.create_subnet(VpcId=vpc, CidrBlock="10.9.1.0/24")["Subnet"]["SubnetId"]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    if route:
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", **route)
    group = ec2.create_security_group(GroupName=site.name(f"{logical}-group"), Description="d", VpcId=vpc)["GroupId"]
    if not open_out:
        egress = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissionsEgress"]
        ec2.revoke_security_group_egress(GroupId=group, IpPermissions=egress)
    configuration = {"SubnetIds": [subnet], "SecurityGroupIds": [group]}
    site.client("lambda").update_function_configuration(FunctionName=site.name(logical), VpcConfig=configuration)
    return {"vpc": vpc, "table": table}


def endpoint(site: Site, parts: dict[str, str]) -> str:
    made = site.client("ec2").create_vpc_endpoint(
        VpcId=parts["vpc"], ServiceName="com.amazonaws.us-east-1.s3", RouteTableIds=[parts["table"]]
    )
    return str(made["VpcEndpoint"]["VpcEndpointId"])


@pytest.fixture
def worker(site: Site) -> str:
    bucket(site, "work-store")
    function(site, "worker", bucket="work-store", statements=ANY_OBJECT)
    return "worker"


def test_a_function_in_a_vpc_without_a_way_to_s3(site: Site, probe: Probe, worker: str) -> None:
    in_vpc(site, worker)
    run = probe()
    assert [(f.id, f.resource) for f in run.result.findings] == [("function-has-no-route-to-s3", site.arns[worker])]
    assert "aws ec2 create-vpc-endpoint" in run.result.findings[0].fix
    assert run.cited()


def test_an_internet_gateway_is_no_way_for_a_function(site: Site, probe: Probe, worker: str) -> None:
    ec2 = site.client("ec2")
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    in_vpc(site, worker, route={"GatewayId": gateway})
    assert [f.id for f in probe().result.findings] == ["function-has-no-route-to-s3"]


def test_a_nat_gateway_is(site: Site, probe: Probe, worker: str) -> None:
    in_vpc(site, worker, route={"NatGatewayId": "nat-0123456789abcdef0"})
    run = probe()
    assert run.result.findings == ()
    assert run.document["facts"]["checks"][0]["in_vpc"].startswith("vpc-")


@pytest.mark.parametrize(
    ("statements", "access", "kinds"),
    [
        ((allow("s3:GetObject", "*", Principal="*"),), "write", ["vpc-endpoint-policy-lacks-permission"]),
        ((allow("s3:GetObject", "*", Principal="*"),), "read", []),
        ((), "read", ["vpc-endpoint-policy-lacks-permission"]),
        (
            (allow("*", "*", Principal="*"), deny("s3:Put*", "*", Principal="*")),
            "write",
            ["vpc-endpoint-policy-denies"],
        ),
        (
            (allow("*", "*", Principal="*", Condition={"IpAddress": {"aws:VpcSourceIp": "10.0.0.0/8"}}),),
            "write",
            ["permission-depends-on-condition"],
        ),
    ],
)
def test_the_policy_of_an_endpoint_must_allow_too(
    site: Site, worker: str, statements: tuple[dict[str, Any], ...], access: str, kinds: list[str]
) -> None:
    parts = in_vpc(site, worker)
    made = endpoint(site, parts)
    document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
    item = (
        f"<vpcEndpointId>{made}</vpcEndpointId><vpcEndpointType>Gateway</vpcEndpointType><state>available</state>"
        f"<serviceName>com.amazonaws.us-east-1.s3</serviceName><policyDocument>{escape(document)}</policyDocument>"
        f"<routeTableIdSet><item>{parts['table']}</item></routeTableIdSet>"
    )
    told = f"<R><requestId>endpoints</requestId><vpcEndpointSet><item>{item}</item></vpcEndpointSet></R>"

    def with_policy(request: Request) -> Answer | None:
        """The emulator keeps no policy of an endpoint."""
        return Answer(200, told.encode()) if request.asks("DescribeVpcEndpoints") else None

    with meddling(site._clients.__self__, with_policy) as access_to_account:
        run = run_probe(TEMPLATE, access_to_account, {"access": access})
    assert [f.id for f in run.result.findings] == kinds
    assert all(made in f.resource for f in run.result.findings)
    assert run.cited() or not kinds


def test_a_bucket_open_to_the_endpoint_alone_is_open_to_its_function(site: Site, probe: Probe, worker: str) -> None:
    made = endpoint(site, in_vpc(site, worker))
    condition = {"StringNotEquals": {"aws:SourceVpce": made}}
    statement = deny("s3:*", site.bucket_arn("work-store", "/*"), Sid="OnlyHere", Principal="*", Condition=condition)
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    site.client("s3").put_public_access_block(
        Bucket=site.name("work-store"), PublicAccessBlockConfiguration={"BlockPublicPolicy": False}
    )
    site.client("s3").put_bucket_policy(Bucket=site.name("work-store"), Policy=document)
    assert probe().result.findings == ()


def test_a_security_group_that_lets_nothing_out(site: Site, probe: Probe, worker: str) -> None:
    in_vpc(site, worker, route={"NatGatewayId": "nat-0123456789abcdef0"}, open_out=False)
    assert [f.id for f in probe().result.findings] == ["security-group-blocks-egress"]
