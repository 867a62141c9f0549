"""Security groups and what they are attached to, in each region's default network."""

from dataclasses import dataclass
from typing import Any

from cloudprobe.emulator.worlds.building.site import Site

EVERYWHERE = "0.0.0.0/0"

# EC2 itself resolves this to the current Amazon Linux image of the region.
_IMAGE = "resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64"


@dataclass(frozen=True, slots=True)
class Open:
    """One inbound rule. ``protocol`` -1 is all traffic and has no ports."""

    first: int = 0
    last: int = 0
    sources: tuple[str, ...] = (EVERYWHERE,)
    """CIDR blocks of either family, and ids of prefix lists."""
    protocol: str = "tcp"

    def permission(self) -> dict[str, Any]:
        ports = {} if self.protocol == "-1" else {"FromPort": self.first, "ToPort": self.last or self.first}
        return {
            "IpProtocol": self.protocol,
            **ports,
            "IpRanges": [{"CidrIp": s} for s in self.sources if "." in s],
            "Ipv6Ranges": [{"CidrIpv6": s} for s in self.sources if ":" in s],
            "PrefixListIds": [{"PrefixListId": s} for s in self.sources if s.startswith("pl-")],
        }


def security_group(site: Site, logical: str, *rules: Open, region: str = "us-east-1") -> str:
    """Make a group with some inbound rules; its id."""
    ec2 = site.client("ec2", region)
    vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    made = ec2.create_security_group(GroupName=site.name(logical), Description="Made by a seed", VpcId=vpc)
    group: str = made["GroupId"]
    if rules:
        ec2.authorize_security_group_ingress(GroupId=group, IpPermissions=[rule.permission() for rule in rules])
    site.arns[logical] = f"arn:aws:ec2:{region}:{site.account}:security-group/{group}"
    return group


def instance(site: Site, logical: str, group: str, *, region: str = "us-east-1", public: bool = True) -> None:
    """Run an instance in a group, with a public address or without; its disk, ``<logical>-root``, is not encrypted."""
    ec2 = site.client("ec2", region)
    interface = {
        "DeviceIndex": 0,
        "SubnetId": _subnets(ec2)[0],
        "Groups": [group],
        "AssociatePublicIpAddress": public,
    }
    made = ec2.run_instances(
        ImageId=_IMAGE,
        InstanceType="t3.micro",
        MinCount=1,
        MaxCount=1,
        NetworkInterfaces=[interface],
        TagSpecifications=[{"ResourceType": "instance", "Tags": [{"Key": "Name", "Value": site.name(logical)}]}],
    )
    instance_id = made["Instances"][0]["InstanceId"]
    disks = ec2.describe_volumes(Filters=[{"Name": "attachment.instance-id", "Values": [instance_id]}])["Volumes"]
    site.arns[logical] = f"arn:aws:ec2:{region}:{site.account}:instance/{instance_id}"
    site.arns[f"{logical}-root"] = f"arn:aws:ec2:{region}:{site.account}:volume/{disks[0]['VolumeId']}"


def load_balancer(site: Site, logical: str, group: str, *, region: str = "us-east-1") -> None:
    """Run an application load balancer that faces the internet."""
    made = site.client("elbv2", region).create_load_balancer(
        Name=site.name(logical)[:32],
        Subnets=_subnets(site.client("ec2", region))[:2],
        SecurityGroups=[group],
        Scheme="internet-facing",
    )
    site.arns[logical] = made["LoadBalancers"][0]["LoadBalancerArn"]


def _subnets(ec2: Any) -> list[str]:
    found = ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"]
    return [subnet["SubnetId"] for subnet in found]
