"""Network interfaces and the sources of rules, as EC2 shows them."""

from typing import Any

import pytest

from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.worlds.building import Open, Site, instance, load_balancer, security_group


@pytest.fixture
def site(clean_account: AccountAccess) -> Site:
    return Site(clean_account.client, lambda logical: logical)


def _interfaces(site: Site, **filters: str) -> list[dict[str, Any]]:
    given = [{"Name": name.replace("_", "-"), "Values": [value]} for name, value in filters.items()]
    found: list[dict[str, Any]] = site.client("ec2").describe_network_interfaces(Filters=given)["NetworkInterfaces"]
    return found


def test_an_instance_has_an_interface_with_its_groups_and_address(site: Site) -> None:
    group = security_group(site, "door")
    instance(site, "machine", group)
    (interface,) = _interfaces(site, group_id=group)
    (described,) = site.client("ec2").describe_instances()["Reservations"][0]["Instances"]
    assert [g["GroupId"] for g in described["SecurityGroups"]] == [group]
    assert interface["Groups"] == [{"GroupId": group, "GroupName": "door"}]
    assert interface["Attachment"]["InstanceId"] == described["InstanceId"]
    assert interface["Association"]["PublicIp"] == described["PublicIpAddress"]
    assert interface["PrivateIpAddress"] == described["PrivateIpAddress"]
    assert interface["Status"] == "in-use"


def test_an_instance_may_do_without_a_public_address(site: Site) -> None:
    group = security_group(site, "door")
    instance(site, "machine", group, public=False)
    (interface,) = _interfaces(site, group_id=group)
    (described,) = site.client("ec2").describe_instances()["Reservations"][0]["Instances"]
    assert "Association" not in interface
    assert "PublicIpAddress" not in described
    assert not described.get("PublicDnsName")


def test_a_terminated_instance_has_none(site: Site) -> None:
    group = security_group(site, "door")
    instance(site, "machine", group)
    site.client("ec2").terminate_instances(InstanceIds=[site.arns["machine"].rpartition("/")[2]])
    assert _interfaces(site, group_id=group) == []


def test_a_load_balancer_has_one_in_each_of_its_subnets(site: Site) -> None:
    group = security_group(site, "door")
    load_balancer(site, "front", group)
    found = _interfaces(site, group_id=group)
    assert len(found) == 2
    assert len({interface["SubnetId"] for interface in found}) == 2
    assert {interface["RequesterId"] for interface in found} == {"amazon-elb"}
    name = site.arns["front"].partition(":loadbalancer/")[2]
    assert {interface["Description"] for interface in found} == {f"ELB {name}"}
    assert all(interface["Association"]["PublicIp"] for interface in found)


def test_interfaces_are_filtered_and_named(site: Site) -> None:
    first, second = security_group(site, "first"), security_group(site, "second")
    instance(site, "one", first)
    instance(site, "two", second)
    assert len(_interfaces(site)) == 2
    assert len(_interfaces(site, group_id=first)) == 1
    assert _interfaces(site, group_id=first, status="available") == []
    of_two = {"Name": "attachment.instance-id", "Values": [site.arns["two"].rpartition("/")[2]]}
    (two,) = site.client("ec2").describe_network_interfaces(Filters=[of_two])["NetworkInterfaces"]
    named = site.client("ec2").describe_network_interfaces(
        NetworkInterfaceIds=[_interfaces(site, group_id=second)[0]["NetworkInterfaceId"]]
    )["NetworkInterfaces"]
    assert [i["Groups"][0]["GroupName"] for i in named] == ["second"]
    assert two == named[0]


def test_an_interface_made_by_hand_is_there_too(site: Site) -> None:
    ec2 = site.client("ec2")
    made = ec2.create_network_interface(SubnetId=ec2.describe_subnets()["Subnets"][0]["SubnetId"])["NetworkInterface"]
    assert [i["NetworkInterfaceId"] for i in _interfaces(site)] == [made["NetworkInterfaceId"]]


def test_a_rule_may_name_a_prefix_list(site: Site) -> None:
    ec2 = site.client("ec2")
    listed = ec2.create_managed_prefix_list(
        PrefixListName="p", MaxEntries=2, AddressFamily="IPv4", Entries=[{"Cidr": "203.0.113.0/24"}]
    )["PrefixList"]["PrefixListId"]
    group = security_group(site, "door", Open(22, sources=(listed, "198.51.100.0/24")))
    (rule,) = ec2.describe_security_groups(GroupIds=[group])["SecurityGroups"][0]["IpPermissions"]
    assert rule["PrefixListIds"] == [{"PrefixListId": listed}]
    assert rule["IpRanges"] == [{"CidrIp": "198.51.100.0/24"}]
