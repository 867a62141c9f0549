"""Security groups: ministack ignores most filters of DescribeSecurityGroups and opens default groups to nobody.

Several ``ip-permission`` filters may be met by different rules of one group, as in AWS; an unknown filter is an error.
A VPC's default group lets its own members in. Tested by ``tests/emulator/test_answers.py``.
"""

import fnmatch
from collections.abc import Callable, Iterable, Mapping, MutableMapping
from typing import Any

from ministack.core.responses import get_account_id
from ministack.services import ec2

from cloudprobe.emulator.seams.reach import replace

_Group = Mapping[str, Any]


def install() -> None:
    _filter_groups()
    _let_members_of_default_groups_in()


def _let_members_of_default_groups_in() -> None:
    for group in ec2._security_groups._data.values():  # those of the home account, made while ministack was loading
        _let_members_in(group)
    for action in ("CreateVpc", "CreateDefaultVpc"):
        ec2._ACTION_MAP[action] = _with_members_let_in(ec2._ACTION_MAP[action])
    replace(ec2, "_init_defaults", _with_members_let_in(ec2._init_defaults))


def _with_members_let_in(create: Callable[..., Any]) -> Callable[..., Any]:
    def created(*arguments: Any) -> Any:
        before = set(ec2._security_groups)
        answer = create(*arguments)
        for made in set(ec2._security_groups) - before:
            _let_members_in(ec2._security_groups[made])
        return answer

    return created


def _let_members_in(group: MutableMapping[str, Any]) -> None:
    pair = {"GroupId": group["GroupId"], "UserId": group["OwnerId"]}
    rule = {"IpProtocol": "-1", "IpRanges": [], "Ipv6Ranges": [], "PrefixListIds": [], "UserIdGroupPairs": [pair]}
    group["IpPermissions"] = [rule]


def _filter_groups() -> None:
    describe = ec2._ACTION_MAP["DescribeSecurityGroups"]

    def describe_security_groups(parameters: Any) -> Any:
        filters = ec2._parse_filters(parameters)
        unknown = next((name for name in filters if not _is_known(name)), None)
        if unknown is not None:
            return ec2._error("InvalidParameterValue", f"The filter '{unknown}' is invalid", 400)
        refused = describe(parameters)
        if refused[0] != 200:  # noqa: PLR2004 - HTTP's own word for success
            return refused
        ids, names = (ec2._parse_member_list(parameters, name) for name in ("GroupId", "GroupName"))
        found = [
            ec2._sg_xml(group)
            for group in ec2._security_groups.values()
            if (not ids or group["GroupId"] in ids)
            and (not names or group["GroupName"] in names)
            and ec2._resource_matches_tag_filters(group["GroupId"], filters)
            and all(_passes(group, name, wanted) for name, wanted in filters.items())
        ]
        body = f"<securityGroupInfo>{''.join(found)}</securityGroupInfo>"
        return ec2._xml(200, "DescribeSecurityGroupsResponse", body)

    ec2._ACTION_MAP["DescribeSecurityGroups"] = describe_security_groups


_OF_THE_GROUP = {"group-id": "GroupId", "group-name": "GroupName", "description": "Description", "vpc-id": "VpcId"}
_OF_A_RULE = {
    "cidr",
    "from-port",
    "to-port",
    "protocol",
    "group-id",
    "group-name",
    "ipv6-cidr",
    "prefix-list-id",
    "user-id",
}


def _is_known(name: str) -> bool:
    rule = name.removeprefix("egress.").removeprefix("ip-permission.")
    return (
        name in {*_OF_THE_GROUP, "owner-id", "tag-key"}
        or name.startswith("tag:")
        or (rule != name and rule in _OF_A_RULE)
    )


def _passes(group: _Group, name: str, wanted: Iterable[str]) -> bool:
    if name.startswith("tag"):
        return True  # ministack has judged these
    return any(fnmatch.fnmatchcase(value, pattern) for value in _values(group, name) for pattern in wanted)


def _values(group: _Group, name: str) -> list[str]:
    """What a group has under the name of a filter, as text."""
    if name in _OF_THE_GROUP:
        return [str(group.get(_OF_THE_GROUP[name], ""))]
    if name == "owner-id":
        return [get_account_id()]
    rules = group["IpPermissionsEgress" if name.startswith("egress.") else "IpPermissions"]
    field = name.rpartition(".")[2]
    return [value for rule in rules for value in _values_of_rule(rule, field)]


def _values_of_rule(rule: Mapping[str, Any], field: str) -> list[str]:
    plain = {"from-port": "FromPort", "to-port": "ToPort", "protocol": "IpProtocol"}
    if field in plain:
        return [str(rule[plain[field]])] if plain[field] in rule else []
    listed = {
        "cidr": ("IpRanges", "CidrIp"),
        "ipv6-cidr": ("Ipv6Ranges", "CidrIpv6"),
        "prefix-list-id": ("PrefixListIds", "PrefixListId"),
        "group-id": ("UserIdGroupPairs", "GroupId"),
        "group-name": ("UserIdGroupPairs", "GroupName"),
        "user-id": ("UserIdGroupPairs", "UserId"),
    }
    several, key = listed[field]
    return [str(entry[key]) for entry in rule.get(several) or () if key in entry]
