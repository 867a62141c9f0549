"""Network interfaces as EC2 has them: every instance and load balancer shows up among them, with its addresses.

ministack keeps only interfaces made by CreateNetworkInterface, ignores the ``NetworkInterfaces`` of RunInstances (so
the groups and the wish for no public address in it), and ignores the filters of DescribeNetworkInterfaces. Tested by
``tests/emulator/test_interfaces.py``.
"""

import hashlib
from collections.abc import Iterator, Mapping
from typing import Any
from xml.sax.saxutils import escape

from ministack.core.responses import get_account_id
from ministack.services import alb, ec2

_Record = dict[str, Any]
_Parameters = dict[str, list[str]]


def install() -> None:
    ec2._ACTION_MAP["RunInstances"] = _run_instances
    ec2._ACTION_MAP["DescribeNetworkInterfaces"] = _describe
    plain_instance = ec2._instance_xml

    def instance_xml(instance: _Record) -> str:
        text: str = plain_instance(instance)
        return text.replace("<ipAddress></ipAddress>", "")  # AWS leaves out the address that is not there

    ec2._instance_xml = instance_xml


_plain_run_instances = ec2._run_instances


def _run_instances(parameters: _Parameters) -> Any:
    """Honour the first interface given: its subnet, its groups, and whether it gets a public address."""
    first = {
        name.removeprefix("NetworkInterface.1."): values
        for name, values in parameters.items()
        if name.startswith("NetworkInterface.1.")
    }
    groups = {name: values for name, values in first.items() if name.startswith("SecurityGroupId.")}
    subnet = {"SubnetId": first["SubnetId"]} if "SubnetId" in first else {}
    before = set(ec2._instances)
    answer = _plain_run_instances({**parameters, **groups, **subnet})
    if first.get("AssociatePublicIpAddress") != ["false"]:
        return answer
    status, headers, body = answer
    for made in set(ec2._instances) - before:
        instance = ec2._instances[made]
        for field in ("PublicIpAddress", "PublicDnsName"):
            body = body.replace(instance[field].encode(), b"")
            instance[field] = ""
    return status, headers, body.replace(b"<ipAddress></ipAddress>", b"")


def _describe(parameters: _Parameters) -> Any:
    wanted = set(ec2._parse_member_list(parameters, "NetworkInterfaceId"))
    filters = ec2._parse_filters(parameters)
    found = [
        _xml(interface)
        for interface in _all()
        if (not wanted or interface["NetworkInterfaceId"] in wanted) and _passes(interface, filters)
    ]
    return ec2._xml(
        200, "DescribeNetworkInterfacesResponse", f"<networkInterfaceSet>{''.join(found)}</networkInterfaceSet>"
    )


def _all() -> Iterator[_Record]:
    yield from ec2._network_interfaces.values()
    for instance in ec2._instances.values():
        if instance["State"]["Name"] not in {"terminated", "shutting-down"}:
            yield _of_instance(instance)
    for balancer in alb._lbs.values():
        for subnet in balancer["Subnets"]:
            yield _of_load_balancer(balancer, subnet)


def _of_instance(instance: _Record) -> _Record:
    made = _interface(instance["InstanceId"], instance["SubnetId"], instance["SecurityGroups"], "Primary interface")
    made["PrivateIpAddress"] = instance["PrivateIpAddress"]
    made["PublicIp"] = instance["PublicIpAddress"]
    made["Attachment"] = {
        "AttachmentId": "eni-attach-" + made["NetworkInterfaceId"].removeprefix("eni-"),
        "InstanceId": instance["InstanceId"],
        "AttachTime": instance["LaunchTime"],
    }
    return made


def _of_load_balancer(balancer: _Record, subnet: str) -> _Record:
    """As Elastic Load Balancing makes them: named after the balancer, one for each subnet, owned by the service."""
    name = balancer["LoadBalancerArn"].split(":loadbalancer/")[1]
    groups = [{"GroupId": group, "GroupName": _group_name(group)} for group in balancer["SecurityGroups"]]
    made = _interface(f"{name}/{subnet}", subnet, groups, f"ELB {name}")
    if balancer["Scheme"] == "internet-facing":
        made["PublicIp"] = "198.51.100." + str(int(made["NetworkInterfaceId"][-2:], 16))
    made["RequesterId"] = "amazon-elb"
    return made


def _interface(seed: str, subnet: str, groups: list[_Record], description: str) -> _Record:
    digest = hashlib.sha256(seed.encode()).hexdigest()
    place = ec2._subnets.get(subnet, {})
    return {
        "NetworkInterfaceId": f"eni-0{digest[:16]}",
        "SubnetId": subnet,
        "VpcId": place.get("VpcId", ""),
        "AvailabilityZone": place.get("AvailabilityZone", ""),
        "Description": description,
        "OwnerId": get_account_id(),
        "Status": "in-use",
        "PrivateIpAddress": f"172.31.{int(digest[16:18], 16)}.{int(digest[18:20], 16)}",
        "InterfaceType": "interface",
        "MacAddress": ":".join(digest[i : i + 2] for i in range(20, 32, 2)),
        "Groups": groups,
    }


def _group_name(group: str) -> str:
    name: str = ec2._security_groups.get(group, {}).get("GroupName", group)
    return name


def _passes(interface: _Record, filters: Mapping[str, list[str]]) -> bool:
    values = {
        "group-id": [group["GroupId"] for group in interface["Groups"]],
        "vpc-id": [interface["VpcId"]],
        "subnet-id": [interface["SubnetId"]],
        "status": [interface["Status"]],
        "network-interface-id": [interface["NetworkInterfaceId"]],
        "attachment.instance-id": [(interface.get("Attachment") or {}).get("InstanceId", "")],
    }
    return all(name not in values or set(values[name]) & set(wanted) for name, wanted in filters.items())


def _xml(interface: _Record) -> str:
    text: str = ec2._eni_fields_xml(interface)
    extra = ""
    if address := interface.get("PublicIp"):
        extra += f"<association><publicIp>{escape(address)}</publicIp><ipOwnerId>amazon</ipOwnerId></association>"
    if requester := interface.get("RequesterId"):
        extra += f"<requesterId>{requester}</requesterId><requesterManaged>true</requesterManaged>"
    head, end, tail = text.rpartition("</item>")
    return head + extra + end + tail
