"""Databases of RDS and the private networks they stand in."""

from dataclasses import dataclass
from typing import Any

from cloudprobe.emulator.worlds.building.site import Site


@dataclass(frozen=True, slots=True)
class Network:
    """A VPC with two subnets in two zones, and the ids of its parts."""

    vpc: str
    subnets: tuple[str, str]
    table: str
    acl: str
    region: str


def network(site: Site, *, block: int = 20, internet: bool = False, region: str = "us-east-1") -> Network:
    """Make the VPC 10.``block``.0.0/16; with ``internet`` its route table leads to an internet gateway."""
    ec2 = site.client("ec2", region)
    vpc = ec2.create_vpc(CidrBlock=f"10.{block}.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.{block}.{n}.0/24", AvailabilityZone=f"{region}{zone}")["Subnet"]
        for n, zone in enumerate("ab")
    ]
    table = ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"]
    for subnet in subnets:
        ec2.associate_route_table(RouteTableId=table, SubnetId=subnet["SubnetId"])
    if internet:
        gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
        ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
        ec2.create_route(RouteTableId=table, DestinationCidrBlock="0.0.0.0/0", GatewayId=gateway)
    of = [{"Name": "vpc-id", "Values": [vpc]}]
    acl = ec2.describe_network_acls(Filters=of)["NetworkAcls"][0]["NetworkAclId"]
    return Network(vpc, (subnets[0]["SubnetId"], subnets[1]["SubnetId"]), table, acl, region)


def group_in(site: Site, logical: str, place: Network, *rules: dict[str, Any]) -> str:
    """Make a security group in a network; its id. ``rules`` are those of ``AuthorizeSecurityGroupIngress``."""
    ec2 = site.client("ec2", place.region)
    made = ec2.create_security_group(GroupName=site.name(logical), Description="Made by a seed", VpcId=place.vpc)
    group: str = made["GroupId"]
    if rules:
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=list(rules))
    site.arns[logical] = f"arn:aws:ec2:{place.region}:{site.account}:security-group/{group}"
    return group


def port_from(port: int, source: str) -> dict[str, Any]:
    """One rule: a TCP port for a CIDR block or a security group."""
    rule: dict[str, Any] = {"IpProtocol": "tcp", "FromPort": port, "ToPort": port}
    from_group = {"UserIdGroupPairs": [{"GroupId": source}]}
    return rule | (from_group if source.startswith("sg-") else {"IpRanges": [{"CidrIp": source}]})


def database(
    site: Site,
    logical: str,
    place: Network,
    *groups: str,
    engine: str = "postgres",
    port: int = 5432,
    public: bool = False,
    **more: Any,
) -> str:
    """Run a database in a network; its ARN. ``more`` are further parameters of CreateDBInstance."""
    rds = site.client("rds", place.region)
    name = site.name(logical)
    rds.create_db_subnet_group(
        DBSubnetGroupName=f"{name}-subnets", DBSubnetGroupDescription="Made by a seed", SubnetIds=list(place.subnets)
    )
    made = rds.create_db_instance(
        DBInstanceIdentifier=name,
        Engine=engine,
        DBInstanceClass="db.t3.micro",
        MasterUsername="administrator",
        MasterUserPassword=f"Aa1-{site.name('password')}"[:40],
        AllocatedStorage=20,
        VpcSecurityGroupIds=list(groups),
        DBSubnetGroupName=f"{name}-subnets",
        PubliclyAccessible=public,
        Port=port,
        AvailabilityZone=f"{place.region}a",
        **more,
    )
    arn: str = made["DBInstance"]["DBInstanceArn"]
    site.arns[logical] = arn
    return arn
