"""Things that are paid for while nothing uses them: addresses, gateways, balancers, network interfaces.

What the embedded account does not keep (when a balancer was made or an instance stopped) ``Past`` says for it.
"""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from cloudprobe.emulator.worlds.building.answers import record_answer
from cloudprobe.emulator.worlds.building.metrics import measure
from cloudprobe.emulator.worlds.building.past import days_ago
from cloudprobe.emulator.worlds.building.site import Site


def address(site: Site, logical: str, *, instance: str = "", region: str = "us-east-1") -> str:
    """An elastic IP, associated with an instance or with nothing; its allocation id."""
    ec2 = site.client("ec2", region)
    tags = [{"ResourceType": "elastic-ip", "Tags": [{"Key": "Name", "Value": site.name(logical)}]}]
    allocation: str = ec2.allocate_address(Domain="vpc", TagSpecifications=tags)["AllocationId"]
    if instance:
        ec2.associate_address(AllocationId=allocation, InstanceId=instance)
    site.arns[logical] = f"arn:aws:ec2:{region}:{site.account}:elastic-ip/{allocation}"
    return allocation


def interface(site: Site, logical: str, *, region: str = "us-east-1") -> str:
    """A network interface attached to nothing; its id."""
    ec2 = site.client("ec2", region)
    made: str = ec2.create_network_interface(SubnetId=_subnets(ec2)[0])["NetworkInterface"]["NetworkInterfaceId"]
    site.arns[logical] = f"arn:aws:ec2:{region}:{site.account}:network-interface/{made}"
    return made


def nat_gateway(site: Site, logical: str, *, traffic: float = 0, age: int = 0, region: str = "us-east-1") -> str:
    """A NAT gateway ``age`` days old through which ``traffic`` bytes went today; its id."""
    ec2 = site.client("ec2", region)
    allocation = ec2.allocate_address(Domain="vpc")["AllocationId"]
    with days_ago(ec2, age):
        made = ec2.create_nat_gateway(SubnetId=_subnets(ec2)[0], AllocationId=allocation)["NatGateway"]
    gateway: str = made["NatGatewayId"]
    ec2.associate_address(AllocationId=allocation, NetworkInterfaceId=f"eni-of-{gateway}"[:21])
    dimensions = {"NatGatewayId": gateway}
    for metric in ("BytesOutToDestination", "BytesInFromDestination"):
        measure(site, metric, traffic, namespace="AWS/NATGateway", dimensions=dimensions, region=region)
    site.arns[logical] = f"arn:aws:ec2:{region}:{site.account}:natgateway/{gateway}"
    return gateway


def balancer(
    site: Site,
    logical: str,
    *,
    groups: int = 1,
    target: str = "",
    kind: str = "application",
    region: str = "us-east-1",
) -> str:
    """A load balancer in front of some target groups, the last of which has a target if one is given; its ARN."""
    elbv2, ec2 = site.client("elbv2", region), site.client("ec2", region)
    made = elbv2.create_load_balancer(Name=site.name(logical)[:32], Subnets=_subnets(ec2)[:2], Type=kind)
    arn: str = made["LoadBalancers"][0]["LoadBalancerArn"]
    protocol = "HTTP" if kind == "application" else "TCP"
    vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    for number in range(groups):
        name = f"{site.name(logical)[:29]}-{number}"
        group = elbv2.create_target_group(Name=name, Protocol=protocol, Port=80, VpcId=vpc)["TargetGroups"][0]
        forward = [{"Type": "forward", "TargetGroupArn": group["TargetGroupArn"]}]
        elbv2.create_listener(LoadBalancerArn=arn, Protocol=protocol, Port=80 + number, DefaultActions=forward)
        if target and number == groups - 1:
            elbv2.register_targets(TargetGroupArn=group["TargetGroupArn"], Targets=[{"Id": target}])
    site.arns[logical] = arn
    return arn


@dataclass(slots=True)
class Past:
    """What is to be said of the past of balancers and stopped instances; ``record`` says all of it at once."""

    site: Site
    region: str = "us-east-1"
    _balancers: dict[str, Any] = field(default_factory=dict)
    _instances: dict[str, Any] = field(default_factory=dict)
    _addresses: dict[str, Any] = field(default_factory=dict)

    def balancer_made(self, arn: str, *, days: int) -> None:
        self._balancers[f"LoadBalancers[LoadBalancerArn={arn}].CreatedTime"] = _day(days)

    def instance_stopped(self, instance: str, *, days: int) -> None:
        reason = f"User initiated ({_day(days):%Y-%m-%d %H:%M:%S} GMT)"
        path = f"Reservations[].Instances[InstanceId={instance}].StateTransitionReason"
        self._instances[path] = reason

    def address_given(self, allocation: str, interface_id: str) -> None:
        """Associate an address with a network interface, which the embedded account forgets."""
        given = {"AssociationId": f"eipassoc-{allocation[-17:]}", "NetworkInterfaceId": interface_id}
        self._addresses[f"Addresses[AllocationId={allocation}]"] = given

    def record(self) -> None:
        for service, operation, overlay in (
            ("elbv2", "DescribeLoadBalancers", self._balancers),
            ("ec2", "DescribeInstances", self._instances),
            ("ec2", "DescribeAddresses", self._addresses),
        ):
            if overlay:
                record_answer(self.site.client, service, operation, region=self.region, overlay=overlay)


def _day(ago: int) -> datetime:
    return datetime.now(UTC) - timedelta(days=ago)  # noqa: TID251 - the account's own time is the machine's


def _subnets(ec2: Any) -> list[str]:
    found = ec2.describe_subnets(Filters=[{"Name": "default-for-az", "Values": ["true"]}])["Subnets"]
    return [subnet["SubnetId"] for subnet in found]
