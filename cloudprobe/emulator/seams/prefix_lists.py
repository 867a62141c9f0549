"""Prefix lists as sources of a security group's rules: ministack leaves them out when a rule is made.

Tested by ``tests/emulator/test_interfaces.py``.
"""

from itertools import count
from typing import Any

from ministack.services import ec2

from cloudprobe.emulator.seams.reach import replace


def install() -> None:
    def with_prefix_lists(parameters: Any, prefix: str) -> list[dict[str, Any]]:
        rules: list[dict[str, Any]] = parse(parameters, prefix)
        for number, rule in enumerate(rules, start=1):
            rule["PrefixListIds"] = _listed(parameters, f"{prefix}.{number}.PrefixListIds")
        return rules

    parse = replace(ec2, "_parse_ip_permissions", with_prefix_lists)


def _listed(parameters: Any, prefix: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    for number in count(1):
        entry = {
            field: value
            for field in ("PrefixListId", "Description")
            if (value := ec2._p(parameters, f"{prefix}.{number}.{field}"))
        }
        if "PrefixListId" not in entry:
            break
        found.append(entry)
    return found
