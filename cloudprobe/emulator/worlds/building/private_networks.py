"""Networks of one's own: a VPC with a private subnet, and the ways out of it that a seed gives it or leaves away."""

from dataclasses import dataclass
from typing import Any

from cloudprobe.emulator.worlds.building.site import Site

_ANYWHERE = "0.0.0.0/0"
_HTTPS = {"IpProtocol": "tcp", "FromPort": 443, "ToPort": 443, "IpRanges": [{"CidrIp": _ANYWHERE}]}


@dataclass(frozen=True, slots=True)
class Network:
    """Ids of what was made."""

    vpc: str
    subnet: str
    """The private one."""
    public: str
    """The one with a route to the internet gateway."""
    table: str
    """Route table of the private subnet."""
    group: str
    """A security group that lets everything out."""


def network(site: Site, logical: str, *, block: str = "10.20.0.0/16", region: str = "us-east-1") -> Network:
    """Make a VPC with a public subnet and a private one that leads nowhere yet."""
    ec2 = site.client("ec2", region)
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": "Name", "Value": site.name(logical)}]}]
    vpc = ec2.create_vpc(CidrBlock=block, TagSpecifications=tags)["Vpc"]["VpcId"]
    start = block.rsplit(".", 2)[0]
    subnet, public = (ec2.create_subnet(VpcId=vpc, CidrBlock=f"{start}.{n}.0/24")["Subnet"]["SubnetId"] for n in (1, 2))
    gateway = ec2.create_internet_gateway()["InternetGateway"]["InternetGatewayId"]
    ec2.attach_internet_gateway(InternetGatewayId=gateway, VpcId=vpc)
    table, open_table = (ec2.create_route_table(VpcId=vpc)["RouteTable"]["RouteTableId"] for _ in (1, 2))
    ec2.associate_route_table(RouteTableId=table, SubnetId=subnet)
    ec2.associate_route_table(RouteTableId=open_table, SubnetId=public)
    ec2.create_route(RouteTableId=open_table, DestinationCidrBlock=_ANYWHERE, GatewayId=gateway)
    name = site.name(f"{logical}-group")
    group = ec2.create_security_group(GroupName=name, Description="Made by a seed", VpcId=vpc)["GroupId"]
    site.arns[logical] = f"arn:aws:ec2:{region}:{site.account}:vpc/{vpc}"
    return Network(vpc, subnet, public, table, group)


def nat(site: Site, made: Network, *, subnet: str = "", private: bool = False, region: str = "us-east-1") -> str:
    """Give the private subnet a default route to a NAT gateway; the gateway's id."""
    ec2 = site.client("ec2", region)
    options: dict[str, Any] = {"ConnectivityType": "private"}
    if not private:
        options = {"AllocationId": ec2.allocate_address(Domain="vpc")["AllocationId"]}
    gateway: str = ec2.create_nat_gateway(SubnetId=subnet or made.public, **options)["NatGateway"]["NatGatewayId"]
    ec2.create_route(RouteTableId=made.table, DestinationCidrBlock=_ANYWHERE, NatGatewayId=gateway)
    return gateway


def endpoint(
    site: Site, made: Network, service: str, *, table: str = "", group: str = "", region: str = "us-east-1"
) -> str:
    """Make an endpoint, of the gateway kind for S3 and DynamoDB; its id.

    On the embedded account what it answers of an interface endpoint lacks groups and private DNS: record those.
    """
    options: dict[str, Any] = {"RouteTableIds": [table or made.table]}
    if service not in ("s3", "dynamodb"):
        groups = [group or made.group]
        options = {"VpcEndpointType": "Interface", "SubnetIds": [made.subnet], "SecurityGroupIds": groups}
        options["PrivateDnsEnabled"] = True
    name = f"com.amazonaws.{region}.{service}"
    created = site.client("ec2", region).create_vpc_endpoint(VpcId=made.vpc, ServiceName=name, **options)
    found: str = created["VpcEndpoint"]["VpcEndpointId"]
    return found


def outlet(site: Site, logical: str, made: Network, *rules: dict[str, Any], region: str = "us-east-1") -> str:
    """Make a security group that lets out what some rules say and nothing else; its id."""
    ec2, name = site.client("ec2", region), site.name(logical)
    group: str = ec2.create_security_group(GroupName=name, Description="Made by a seed", VpcId=made.vpc)["GroupId"]
    everything = [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": _ANYWHERE}]}]
    ec2.revoke_security_group_egress(GroupId=group, IpPermissions=everything)
    if rules:
        ec2.authorize_security_group_egress(GroupId=group, IpPermissions=list(rules))
    return group


def https(**more: Any) -> dict[str, Any]:
    """The rule that lets HTTPS pass to or from anywhere."""
    return _HTTPS | more
