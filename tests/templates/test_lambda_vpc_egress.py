from collections.abc import Callable
from typing import Any

import pytest

from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.account import EmbeddedAccount
from cloudprobe.emulator.worlds.building import Site, allow
from cloudprobe.emulator.worlds.building.answers import record_answer
from cloudprobe.emulator.worlds.building.private_networks import Network, endpoint, https, nat, network, outlet
from cloudprobe.emulator.worlds.building.workers import worker
from tests.templates.probe_runs import ProbeRun, restricted, run_plain, run_probe
from tests.worlds.seeded import naming

TEMPLATE = "lambda_vpc_egress"
HOME = {"regions": ["us-east-1"]}
ANYWHERE = "0.0.0.0/0"


def placed(
    site: Site, name: str, made: Network, *, group: str = "", subnets: tuple[str, ...] = (), **more: Any
) -> None:
    worker(site, name, subnets=subnets or (made.subnet,), groups=(group or made.group,), **more)


def no_route(site: Site, name: str) -> None:
    placed(site, name, network(site, f"{name}-vpc"))


def public_subnet(site: Site, name: str) -> None:
    made = network(site, f"{name}-vpc")
    placed(site, name, made, subnets=(made.public,))


def one_public_subnet(site: Site, name: str) -> None:
    made = network(site, f"{name}-vpc")
    nat(site, made)
    placed(site, name, made, subnets=(made.subnet, made.public))


def nat_deleted(site: Site, name: str) -> None:
    made = network(site, f"{name}-vpc")
    site.client("ec2").delete_nat_gateway(NatGatewayId=nat(site, made))
    placed(site, name, made)


def nat_private(site: Site, name: str) -> None:
    made = network(site, f"{name}-vpc")
    nat(site, made, private=True)
    placed(site, name, made)


def nat_in_private_subnet(site: Site, name: str) -> None:
    made = network(site, f"{name}-vpc")
    nat(site, made, subnet=made.subnet)
    placed(site, name, made)


def main_table_without_route(site: Site, name: str) -> None:
    made = network(site, f"{name}-vpc")
    own = site.client("ec2").create_subnet(VpcId=made.vpc, CidrBlock="10.20.9.0/24")["Subnet"]["SubnetId"]
    nat(site, made)
    placed(site, name, made, subnets=(own,))


def group_closed(site: Site, name: str) -> None:
    made = network(site, f"{name}-vpc")
    nat(site, made)
    placed(site, name, made, group=outlet(site, f"{name}-closed", made))


def group_for_another_port(site: Site, name: str) -> None:
    made = network(site, f"{name}-vpc")
    nat(site, made)
    placed(site, name, made, group=outlet(site, f"{name}-sql", made, https(FromPort=5432, ToPort=5432)))


def acl(site: Site, made: Network, *, egress: bool, number: int = 50, **more: Any) -> None:
    ec2 = site.client("ec2")
    answer = ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [made.vpc]}])
    rule = {"RuleNumber": number, "Protocol": "-1", "RuleAction": "deny", "Egress": egress, "CidrBlock": ANYWHERE}
    ec2.create_network_acl_entry(NetworkAclId=answer["NetworkAcls"][0]["NetworkAclId"], **{**rule, **more})


def acl_closed_out(site: Site, name: str) -> None:
    made = network(site, f"{name}-vpc")
    nat(site, made)
    acl(site, made, egress=True)
    placed(site, name, made)


def acl_keeps_answers(site: Site, name: str) -> None:
    made = network(site, f"{name}-vpc")
    nat(site, made)
    acl(site, made, egress=False, Protocol="6", PortRange={"From": 1024, "To": 65535})
    placed(site, name, made)


def no_dns(site: Site, name: str) -> None:
    made = network(site, f"{name}-vpc")
    nat(site, made)
    site.client("ec2").modify_vpc_attribute(VpcId=made.vpc, EnableDnsSupport={"Value": False})
    placed(site, name, made)


def using(site: Site, *services: str) -> dict[str, str]:
    return {f"TARGET_{n}": f"arn:aws:{service}:us-east-1:{site.account}:thing" for n, service in enumerate(services)}


def interface(site: Site, made: Network, service: str, *, named: bool = True, group: str = "") -> None:
    """An interface endpoint whole: what the embedded account leaves out of it is put over."""
    name = endpoint(site, made, service)
    known: dict[str, Any] = site.__dict__.setdefault("overlaid", {})
    known[f"VpcEndpoints[VpcEndpointId={name}]"] = {
        "PrivateDnsEnabled": named,
        "Groups": [{"GroupId": group or made.group, "GroupName": "group"}],
    }
    record_answer(site.client, "ec2", "DescribeVpcEndpoints", overlay=known)


def let_own_in(site: Site, made: Network) -> None:
    pair = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "UserIdGroupPairs": [{"GroupId": made.group}]}
    site.client("ec2").authorize_security_group_ingress(GroupId=made.group, IpPermissions=[pair])


def endpoint_missing(site: Site, name: str) -> None:
    made = network(site, f"{name}-vpc")
    endpoint(site, made, "s3")
    placed(site, name, made, variables=using(site, "sqs"))


def endpoint_nameless(site: Site, name: str) -> None:
    made = network(site, f"{name}-vpc")
    interface(site, made, "sqs", named=False)
    let_own_in(site, made)
    placed(site, name, made, variables=using(site, "sqs"))


def endpoint_closed(site: Site, name: str) -> None:
    made = network(site, f"{name}-vpc")
    interface(site, made, "sqs")
    placed(site, name, made, variables=using(site, "sqs"))


def endpoint_unrouted(site: Site, name: str) -> None:
    made = network(site, f"{name}-vpc")
    other = site.client("ec2").create_route_table(VpcId=made.vpc)["RouteTable"]["RouteTableId"]
    endpoint(site, made, "dynamodb", table=other)
    placed(site, name, made, variables=using(site, "dynamodb"))


def own_acl(site: Site, made: Network, subnet: str, *rules: tuple[str, dict[str, Any]]) -> None:
    """An ACL of a subnet's own, which lets through what some rules say, both ways; without any it lets nothing."""
    ec2 = site.client("ec2")
    made_id = ec2.create_network_acl(VpcId=made.vpc)["NetworkAcl"]["NetworkAclId"]
    answer = ec2.describe_network_acls(Filters=[{"Name": "vpc-id", "Values": [made.vpc]}])
    found = [a for one in answer["NetworkAcls"] for a in one["Associations"] if a["SubnetId"] == subnet]
    for association in found:
        ec2.replace_network_acl_association(AssociationId=association["NetworkAclAssociationId"], NetworkAclId=made_id)
    if not found:  # the embedded account does not say that a subnet made later has the default one
        known: dict[str, Any] = site.__dict__.setdefault("acls", {})
        link = {"NetworkAclAssociationId": "aclassoc-0", "NetworkAclId": made_id, "SubnetId": subnet}
        known[f"NetworkAcls[NetworkAclId={made_id}].Associations"] = [link]
        record_answer(site.client, "ec2", "DescribeNetworkAcls", overlay=known)
    for number, (block, more) in enumerate(rules, 100):
        for egress in (True, False):
            rule = {"RuleNumber": number, "Protocol": "-1", "RuleAction": "allow", "Egress": egress, **more}
            ec2.create_network_acl_entry(NetworkAclId=made_id, CidrBlock=block, **rule)


def group_for_own_networks(site: Site, name: str) -> None:
    made = network(site, f"{name}-vpc")
    nat(site, made)
    inner = {"IpRanges": [{"CidrIp": "10.0.0.0/8"}, {"CidrIp": "192.168.4.0/22"}]}
    placed(site, name, made, group=outlet(site, f"{name}-inner", made, https(**inner)), variables=using(site, "sqs"))


def acl_of_the_gateway(site: Site, name: str) -> None:
    made = network(site, f"{name}-vpc")
    nat(site, made)
    own_acl(site, made, made.public)
    placed(site, name, made)


def acl_for_own_network(site: Site, name: str) -> None:
    made = network(site, f"{name}-vpc")
    nat(site, made)
    own_acl(site, made, made.subnet, ("10.20.0.0/16", {}))
    placed(site, name, made, variables=using(site, "sqs"))


def acl_against_the_endpoint(site: Site, name: str) -> None:
    made = network(site, f"{name}-vpc")
    interface(site, made, "sqs")
    let_own_in(site, made)
    own_acl(site, made, made.subnet, ("172.16.0.0/12", {}))
    placed(site, name, made, variables=using(site, "sqs"))


# What looks wrong and is not.


def acl_of_an_island(site: Site, name: str) -> None:
    made = network(site, f"{name}-vpc")
    interface(site, made, "sqs")
    let_own_in(site, made)
    own_acl(site, made, made.subnet, ("10.20.0.0/16", {}))
    placed(site, name, made, variables=using(site, "sqs"))


def acl_in_halves(site: Site, name: str) -> None:
    made = network(site, f"{name}-vpc")
    nat(site, made)
    own_acl(site, made, made.subnet, ("0.0.0.0/1", {}), ("128.0.0.0/1", {}))
    placed(site, name, made, variables=using(site, "sqs"))


def acl_in_ports(site: Site, name: str) -> None:
    made = network(site, f"{name}-vpc")
    nat(site, made)
    parts = [(0, 40_000), (40_001, 50_000), (50_001, 65_535)]
    spans = [{"Protocol": "6", "PortRange": {"From": first, "To": last}} for first, last in parts]
    own_acl(site, made, made.subnet, *((ANYWHERE, span) for span in spans))
    placed(site, name, made, variables=using(site, "sqs"))


def acl_against_some(site: Site, name: str) -> None:
    made = network(site, f"{name}-vpc")
    nat(site, made)
    own_acl(site, made, made.subnet, ("198.51.100.0/24", {"RuleAction": "deny"}), (ANYWHERE, {}))
    placed(site, name, made, variables=using(site, "sqs"))


def group_for_a_partner(site: Site, name: str) -> None:
    made = network(site, f"{name}-vpc")
    nat(site, made)
    both = {"IpRanges": [{"CidrIp": "10.0.0.0/8"}, {"CidrIp": "203.0.113.0/24"}]}
    placed(site, name, made, group=outlet(site, f"{name}-partner", made, https(**both)))


def works(site: Site, name: str) -> None:
    made = network(site, f"{name}-vpc")
    nat(site, made)
    placed(site, name, made, variables=using(site, "sqs"))


def isolated_on_purpose(site: Site, name: str) -> None:
    made = network(site, f"{name}-vpc")
    interface(site, made, "sqs")
    let_own_in(site, made)
    endpoint(site, made, "s3")
    placed(site, name, made, variables=using(site, "sqs", "s3"))


def isolated_by_the_look(site: Site, name: str) -> None:
    made = network(site, f"{name}-vpc")
    endpoint(site, made, "dynamodb")
    placed(site, name, made)


def narrow_group(site: Site, name: str) -> None:
    made = network(site, f"{name}-vpc")
    nat(site, made)
    placed(site, name, made, group=outlet(site, f"{name}-narrow", made, https()))


def acl_denies_later(site: Site, name: str) -> None:
    made = network(site, f"{name}-vpc")
    nat(site, made)
    acl(site, made, egress=True, number=200)
    acl(site, made, egress=False, number=60, CidrBlock="10.0.0.0/8")
    placed(site, name, made)


def nat_deleted_elsewhere(site: Site, name: str) -> None:
    made = network(site, f"{name}-vpc")
    nat(site, made)
    other = network(site, f"{name}-other")
    site.client("ec2").delete_nat_gateway(NatGatewayId=nat(site, other))
    placed(site, name, made)


def no_network(site: Site, name: str) -> None:
    worker(site, name)


Seed = Callable[[Site, str], None]
VARIANTS: dict[str, tuple[Seed, set[str], str]] = {
    "no-route": (no_route, {"lambda-vpc-no-route"}, "has no route to the internet"),
    "public-subnet": (public_subnet, {"lambda-vpc-public-subnet"}, "a function has no public address"),
    "one-public-subnet": (one_public_subnet, {"lambda-vpc-public-subnet"}, "in 1 of its 2 subnets, so now and then"),
    "nat-deleted": (nat_deleted, {"lambda-vpc-nat-broken"}, "is deleted"),
    "nat-private": (nat_private, {"lambda-vpc-nat-broken"}, "is a private one"),
    "nat-in-private": (nat_in_private_subnet, {"lambda-vpc-nat-broken"}, "to an internet gateway"),
    "main-table": (main_table_without_route, {"lambda-vpc-no-route"}, "has no route to the internet"),
    "group-closed": (group_closed, {"lambda-vpc-egress-closed"}, "lets nothing out on port 443"),
    "group-other-port": (group_for_another_port, {"lambda-vpc-egress-closed"}, "lets nothing out on port 443"),
    "acl-out": (acl_closed_out, {"lambda-vpc-acl-closed"}, "lets nothing out on port 443 (rule 50)"),
    "acl-answers": (acl_keeps_answers, {"lambda-vpc-acl-closed"}, "answers back in (rule 50)"),
    "no-dns": (no_dns, {"lambda-vpc-no-dns"}, "DNS is switched off"),
    "endpoint-missing": (
        endpoint_missing,
        {"lambda-vpc-endpoint-missing", "lambda-vpc-no-route"},
        "the VPC has no endpoint for sqs",
    ),
    "endpoint-nameless": (
        endpoint_nameless,
        {"lambda-vpc-endpoint-nameless", "lambda-vpc-no-route"},
        "has no private DNS",
    ),
    "endpoint-closed": (endpoint_closed, {"lambda-vpc-endpoint-closed", "lambda-vpc-no-route"}, "in on 443"),
    "endpoint-unrouted": (
        endpoint_unrouted,
        {"lambda-vpc-endpoint-unrouted", "lambda-vpc-no-route"},
        "is not in the route table",
    ),
    "group-own-networks": (
        group_for_own_networks,
        {"lambda-vpc-egress-closed"},
        "to 10.0.0.0/8, 192.168.4.0/22 alone, so to nothing on the internet",
    ),
    "acl-of-gateway": (acl_of_the_gateway, {"lambda-vpc-acl-closed"}, "of the subnet of the NAT gateway nat-"),
    "acl-own-network": (acl_for_own_network, {"lambda-vpc-acl-closed"}, "lets nothing out on port 443"),
    "acl-endpoint": (acl_against_the_endpoint, {"lambda-vpc-acl-closed"}, "lets nothing out on port 443"),
    "acl-island": (acl_of_an_island, set(), ""),
    "acl-halves": (acl_in_halves, set(), ""),
    "acl-ports": (acl_in_ports, set(), ""),
    "acl-some": (acl_against_some, set(), ""),
    "group-partner": (group_for_a_partner, set(), ""),
    "works": (works, set(), ""),
    "isolated": (isolated_on_purpose, set(), ""),
    "isolated-look": (isolated_by_the_look, set(), ""),
    "narrow-group": (narrow_group, set(), ""),
    "acl-later": (acl_denies_later, set(), ""),
    "nat-elsewhere": (nat_deleted_elsewhere, set(), ""),
    "no-network": (no_network, set(), ""),
}


@pytest.fixture(scope="module", params=["own", pytest.param("renamed", marks=pytest.mark.full)])
def variants(request: pytest.FixtureRequest, embedded_account: EmbeddedAccount) -> tuple[ProbeRun, Site]:
    access = embedded_account.second_account()
    site = Site(access.client, naming(request.param))
    for logical, (make, _, _) in VARIANTS.items():
        make(site, logical)
    return run_probe(TEMPLATE, access, HOME), site


def test_opens_an_acl_no_further_than_its_network(variants: tuple[ProbeRun, Site]) -> None:
    run, site = variants
    fixes = [f.fix for f in run.result.findings if f.resource == site.arns["acl-endpoint"]]
    assert len(fixes) == 2
    assert all("--cidr-block 10.20.0.0/16" in fix for fix in fixes)


@pytest.mark.parametrize("logical", VARIANTS)
def test_judges_a_function(variants: tuple[ProbeRun, Site], logical: str) -> None:
    run, site = variants
    said = [f for f in run.result.findings if f.resource == site.arns[logical]]
    assert {f.id for f in said} == VARIANTS[logical][1]
    # Whether a network that leads nowhere should lead somewhere, only who asks about its function knows.
    assert {f.severity.value for f in said} <= {"medium" if logical in ("no-route", "main-table") else "high"}
    assert VARIANTS[logical][2] in " ".join(f.title for f in said)
    assert all(site.name(logical) in f.title and f.fix.startswith("aws ") for f in said)


def test_every_claim_can_be_looked_up(variants: tuple[ProbeRun, Site]) -> None:
    run, _ = variants
    assert len(run.cited()) >= 2 * len(run.result.findings)
    assert run.result.coverage.skipped == ()


def test_asks_a_few_listings_for_all_functions_together(variants: tuple[ProbeRun, Site]) -> None:
    run, _ = variants
    networks = len(VARIANTS) - 1
    assert run.operations == {
        "lambda:ListFunctions": 1,
        "ec2:DescribeRouteTables": 1,
        "ec2:DescribeNatGateways": 1,
        "ec2:DescribeVpcEndpoints": 1,
        "ec2:DescribeNetworkAcls": 1,
        "ec2:DescribeSecurityGroups": 1,
        "ec2:DescribeVpcAttribute": networks,
    }


def test_offers_commands_that_fit(variants: tuple[ProbeRun, Site]) -> None:
    run, site = variants
    fixes = {(f.resource, f.id): f.fix for f in run.result.findings}
    assert "create-route --region us-east-1" in fixes[site.arns["no-route"], "lambda-vpc-no-route"]
    assert "replace-route" in fixes[site.arns["nat-deleted"], "lambda-vpc-nat-broken"]
    assert "--rule-number 49" in fixes[site.arns["acl-out"], "lambda-vpc-acl-closed"]
    missing = fixes[site.arns["endpoint-missing"], "lambda-vpc-endpoint-missing"]
    assert "--service-name com.amazonaws.us-east-1.sqs" in missing
    assert "--vpc-endpoint-id vpce-" in fixes[site.arns["endpoint-nameless"], "lambda-vpc-endpoint-nameless"]


def test_a_hint_names_one_function_some_or_none(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    no_route(site, "orders")
    works(site, "orders-copy")
    no_network(site, "invoices")

    def asked(hint: str) -> ProbeRun:
        return run_probe(TEMPLATE, clean_account, {**HOME, "function": hint})

    assert {fact["name"] for fact in asked("orders").document["facts"]["functions"]} == {"orders"}
    assert asked("orders").verdict == {(site.arns["orders"], "lambda-vpc-no-route", "high")}
    assert {fact["name"] for fact in asked("order").document["facts"]["functions"]} == {"orders", "orders-copy"}
    free = asked(site.arns["invoices"])
    assert free.document["facts"]["outside"] == ["invoices"]
    assert "Not in a VPC" in free.result.summary
    assert free.operations == {"lambda:ListFunctions": 1}
    wrong = asked("nothing-like-it")
    assert wrong.result.coverage.skipped[0].what == "function nothing-like-it"
    assert {f.resource for f in wrong.result.findings} == {site.arns["orders"]}


def test_a_service_that_is_asked_about_is_looked_for(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    isolated_by_the_look(site, "writer")
    assert run_probe(TEMPLATE, clean_account, HOME).verdict == set()
    assert run_probe(TEMPLATE, clean_account, {**HOME, "service": "dynamodb"}).verdict == set()
    asked = run_probe(TEMPLATE, clean_account, {**HOME, "service": "kms"})
    assert {f.id for f in asked.result.findings} == {"lambda-vpc-endpoint-missing", "lambda-vpc-no-route"}


def test_reads_every_page_and_every_enabled_region(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    for number in range(55):
        worker(site, f"many-{number:03}")
    no_route(site, "zz-last")
    far = network(site, "far-vpc", region="eu-west-3")
    placed(site, "far", far, region="eu-west-3")
    result = run_plain(TEMPLATE, clean_account)
    assert {f.resource for f in result.findings} == {site.arns["zz-last"], site.arns["far"]}
    assert len(result.coverage.regions) > 15


def test_says_what_it_may_not_see_and_survives_throttling(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    no_route(site, "stuck")
    group_closed(site, "closed")
    record_answer(site.client, "ec2", "DescribeRouteTables", error=("RequestLimitExceeded", "Slow", 503), times=2)
    some = ["lambda:ListFunctions", "ec2:DescribeSecurityGroups", "ec2:DescribeRouteTables"]
    run = run_probe(TEMPLATE, restricted(clean_account, "some", allow(some, "*")), HOME)
    assert {(f.resource, f.id) for f in run.result.findings} == {
        (site.arns["stuck"], "lambda-vpc-no-route"),
        (site.arns["closed"], "lambda-vpc-egress-closed"),
    }
    whats = {gap.what for gap in run.result.coverage.skipped}
    assert {"NAT gateways in us-east-1", "network ACLs in us-east-1", "VPC endpoints in us-east-1"} <= whats
    blind = run_probe(TEMPLATE, restricted(clean_account, "blind", allow(some[:2], "*")), HOME)
    assert {f.id for f in blind.result.findings} == {"lambda-vpc-egress-closed"}
