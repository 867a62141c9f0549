"""Regions an account has not opted in to: ministack counts every region as enabled.

As in a fresh AWS account the regions that need it are off: DescribeRegions leaves them out unless asked for all,
account:EnableRegion turns one on at once, and a request to one that is off meets a region that has never heard of its
key. Tested by ``tests/emulator/test_answers.py``.
"""

from collections.abc import Mapping
from typing import Any

from ministack.core.responses import AccountScopedDict, error_response_json
from ministack.services import account, ec2

OPT_IN = frozenset(name for name, status in ec2._AWS_REGIONS if status == "opted-in")

_opted_in: Any = AccountScopedDict()


def install() -> None:
    ec2._ACTION_MAP["DescribeRegions"] = _describe_regions
    account._DISPATCH["/listRegions"] = _list_regions
    account._DISPATCH["/getRegionOptStatus"] = _get_status
    account._DISPATCH["/enableRegion"] = lambda payload: _set(payload, on=True)
    account._DISPATCH["/disableRegion"] = lambda payload: _set(payload, on=False)


def is_enabled(account_id: str, region: str) -> bool:
    return region not in OPT_IN or bool(_opted_in.get_scoped(account_id, None, region))


def _describe_regions(parameters: Any) -> Any:
    wanted = ec2._parse_member_list(parameters, "RegionName")
    everything = ec2._p(parameters, "AllRegions", "").lower() == "true"
    filters = ec2._parse_filters(parameters)
    items = []
    for name, _ in ec2._AWS_REGIONS:
        values = {"region-name": name, "opt-in-status": _ec2_status(name), "endpoint": f"ec2.{name}.amazonaws.com"}
        if (
            (not wanted or name in wanted)
            and (everything or values["opt-in-status"] != "not-opted-in")
            and all(values.get(key, "") in allowed for key, allowed in filters.items())
        ):
            items.append(
                f"<item><regionName>{name}</regionName><regionEndpoint>{values['endpoint']}</regionEndpoint>"
                f"<optInStatus>{values['opt-in-status']}</optInStatus></item>"
            )
    return ec2._xml(200, "DescribeRegionsResponse", f"<regionInfo>{''.join(items)}</regionInfo>")


def _ec2_status(region: str) -> str:
    if region not in OPT_IN:
        return "opt-in-not-required"
    return "opted-in" if _opted_in.get(region) else "not-opted-in"


def _account_status(region: str) -> str:
    if region not in OPT_IN:
        return "ENABLED_BY_DEFAULT"
    return "ENABLED" if _opted_in.get(region) else "DISABLED"


def _list_regions(payload: Mapping[str, Any]) -> Any:
    wanted = payload.get("RegionOptStatusContains")
    regions = [
        {"RegionName": name, "RegionOptStatus": _account_status(name)}
        for name, _ in ec2._AWS_REGIONS
        if not wanted or _account_status(name) in wanted
    ]
    return account._json(200, {"Regions": regions})


def _get_status(payload: Mapping[str, Any]) -> Any:
    region = payload.get("RegionName", "")
    if region not in dict(ec2._AWS_REGIONS):
        return error_response_json("ResourceNotFoundException", f"Region not found: {region}", 400)
    return account._json(200, {"RegionName": region, "RegionOptStatus": _account_status(region)})


def _set(payload: Mapping[str, Any], *, on: bool) -> Any:
    region = payload.get("RegionName", "")
    if region not in OPT_IN:
        return error_response_json("ValidationException", f"{region} cannot be enabled or disabled", 400)
    _opted_in[region] = on
    return 200, {"Content-Type": "application/json"}, b""
