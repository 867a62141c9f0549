"""Load balancers and their target groups. To the embedded account all targets are healthy; see ``unwell``."""

from collections.abc import Mapping
from typing import Any

from cloudprobe.emulator.worlds.building.answers import record_answer
from cloudprobe.emulator.worlds.building.databases import Network
from cloudprobe.emulator.worlds.building.site import Site


def balancer_in(site: Site, logical: str, place: Network, *groups: str, kind: str = "application") -> str:
    """Run a load balancer in both subnets of a network; its ARN."""
    made = site.client("elbv2", place.region).create_load_balancer(
        Name=site.name(logical)[:32],
        Subnets=list(place.subnets),
        Scheme="internal",
        Type=kind,
        **({"SecurityGroups": list(groups)} if groups else {}),
    )
    arn: str = made["LoadBalancers"][0]["LoadBalancerArn"]
    site.arns[logical] = arn
    return arn


def target_group(
    site: Site,
    logical: str,
    place: Network,
    *targets: str,
    behind: str = "",
    kind: str = "instance",
    port: int = 80,
    weight: int | None = None,
    **more: Any,
) -> str:
    """Make a target group with some targets; its ARN. ``behind`` is the balancer a listener of which forwards to it.

    ``more`` are further parameters of CreateTargetGroup. ``weight`` is its share where the listener gives one.
    """
    elb = site.client("elbv2", place.region)
    network = {} if kind == "lambda" else {"Protocol": "HTTP", "Port": port, "VpcId": place.vpc}
    made = elb.create_target_group(Name=site.name(logical)[:32], TargetType=kind, **{**network, **more})
    arn: str = made["TargetGroups"][0]["TargetGroupArn"]
    if targets:
        elb.register_targets(TargetGroupArn=arn, Targets=[{"Id": one} for one in targets])
    if behind:
        taken = elb.describe_listeners(LoadBalancerArn=behind)["Listeners"]
        share = {"TargetGroupArn": arn} | ({} if weight is None else {"Weight": weight})
        forward = {"Type": "forward", "TargetGroupArn": arn, "ForwardConfig": {"TargetGroups": [share]}}
        protocol = "HTTP" if "/app/" in behind else "TCP"
        number = 8000 + len(taken)
        made = elb.create_listener(LoadBalancerArn=behind, Protocol=protocol, Port=number, DefaultActions=[forward])
        if weight is not None:  # which the embedded account does not keep
            listener = made["Listeners"][0]["ListenerArn"]
            share_of = {"ForwardConfig": {"TargetGroups": [share]}}
            for operation, asked, path in (
                ("DescribeRules", {"ListenerArn": listener}, "Rules[].Actions[]"),
                ("DescribeListeners", {}, f"Listeners[ListenerArn={listener}].DefaultActions[]"),
            ):
                overlay = {path: share_of}
                record_answer(
                    site.client, "elbv2", operation, region=place.region, parameters=asked or None, overlay=overlay
                )
    site.arns[logical] = arn
    return arn


def unwell(site: Site, group: str, states: Mapping[str, tuple[str, str, str]], *, region: str = "us-east-1") -> None:
    """Record the health of a group's targets: of each id its state, reason and description."""
    overlay = {
        f"TargetHealthDescriptions[Target.Id={target}].TargetHealth": {
            "State": state,
            **({"Reason": reason} if reason else {}),
            **({"Description": text} if text else {}),
        }
        for target, (state, reason, text) in states.items()
    }
    asked = {"TargetGroupArn": group}
    record_answer(site.client, "elbv2", "DescribeTargetHealth", region=region, parameters=asked, overlay=overlay)
