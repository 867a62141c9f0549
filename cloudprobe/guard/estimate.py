"""How often a script will call and what that costs, estimated from its derived operations; nothing is run.

An operation that requires no parameter is called once in each region; one that requires a parameter is called for each
of something, and of how many is not known before the account is looked at.
"""

import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from cloudprobe.guard import models
from cloudprobe.guard.patterns import matches
from cloudprobe.sandbox.meter import Price, Scan

ASSUMED_RESOURCES = 25
"""Of each kind, in each region, where a call is made for each of them."""
ALL_REGIONS = 17
"""Enabled by default in an account of AWS."""
_GLOBAL = frozenset(
    ("account", "budgets", "ce", "cloudfront", "globalaccelerator", "health", "iam", "organizations", "pricing",
     "route53", "s3", "s3control", "savingsplans", "shield", "sts", "support", "trustedadvisor", "waf")
)  # fmt: skip
HOW = (
    f"An operation without required parameters counts once a region, one with required parameters {ASSUMED_RESOURCES} "
    "times a region; pages beyond the first are not counted."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationEstimate:
    """One operation."""

    service: str
    operation: str
    for_each: bool
    """It is called once for each of something."""
    calls: int
    usd: float
    """Of one call; 0 where it is free."""
    per: str
    """What is paid for."""

    @property
    def cost(self) -> float:
        return self.calls * self.usd


def estimate(operations: Sequence[tuple[str, str]], *, regions: int) -> tuple[OperationEstimate, ...]:
    """One estimate an operation.

    Args:
        operations: service and operation, as botocore names them.
        regions: how many are looked at.
    """
    return tuple(_estimated(service, operation, regions) for service, operation in operations)


def _estimated(service: str, operation: str, regions: int) -> OperationEstimate:
    _, required = models.parameters(service, operation)
    for_each = bool(required - {"AccountId"})  # the one account is not one of many
    usd, per = price_of(f"{service}:{operation}")
    calls = (1 if service in _GLOBAL else regions) * (ASSUMED_RESOURCES if for_each else 1)
    return OperationEstimate(service=service, operation=operation, for_each=for_each, calls=calls, usd=usd, per=per)


@dataclass(frozen=True, slots=True)
class _Entry:
    pattern: str
    price: Price
    per: str


@cache
def _prices() -> tuple[_Entry, ...]:
    text = resources.files("cloudprobe.guard.data").joinpath("call_prices.toml").read_text(encoding="utf-8")
    return tuple(
        _Entry(pattern, _price(entry), str(entry["per"]))
        for entry in tomllib.loads(text)["price"]
        for pattern in entry["operations"]
    )


def _price(entry: dict[str, Any]) -> Price:
    scan = entry.get("scan")
    return Price(
        usd=float(entry["usd"]),
        members=entry.get("members", ""),
        scan=Scan(**{**scan, "size": tuple(scan["size"])}) if scan else None,
    )


@cache
def _entry(name: str) -> _Entry | None:
    return next((entry for entry in _prices() if matches(entry.pattern, name)), None)


def price_of(name: str) -> tuple[float, str]:
    """USD of one ``service:Operation``, and what is paid for; 0 and nothing where it is free."""
    found = _entry(name)
    return (found.price.usd, found.per) if found else (0.0, "")


def prices_of(names: Iterable[str]) -> dict[str, Price]:
    """For the meter of a run: the price of each ``service:Operation`` that is not free of charge."""
    found = ((name, _entry(name)) for name in names)
    return {name: entry.price for name, entry in found if entry}
