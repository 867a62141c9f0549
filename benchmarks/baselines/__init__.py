"""Plain boto3 scripts that answer what the templates answer, as somebody at a desk would write them: one a template.

Each has ``answer(client, given)``: ``client(service, region)`` makes clients, ``given`` are a question's variables; it
gives what it would call a fault. They are there to be counted: how many calls does the answer take without cloudprobe.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

Client = Callable[..., Any]
Given = Mapping[str, Any]


def regions(client: Client, given: Given) -> list[str]:
    """Those the question names, or every enabled one."""
    named = [region for region in given.get("regions", ()) if region != "*"]
    if named:
        return named
    return [region["RegionName"] for region in client("ec2", "us-east-1").describe_regions()["Regions"]]


def everything(client: Any, operation: str, found: str, **parameters: Any) -> Iterator[Any]:
    """All pages of a list."""
    yield from client.get_paginator(operation).paginate(**parameters).search(f"{found}[]")
