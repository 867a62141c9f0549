"""How often a script will call and what that costs, estimated from its derived operations; nothing is run.

An operation that requires no parameter is called once in each region; one that requires a parameter is called for each
of something, and of how many is not known before the account is looked at.
"""

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from cloudprobe.guard import models
from cloudprobe.guard.patterns import matches

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


@cache
def _prices() -> tuple[tuple[str, float, str], ...]:
    text = resources.files("cloudprobe.guard.data").joinpath("call_prices.toml").read_text(encoding="utf-8")
    return tuple(
        (pattern, float(entry["usd"]), str(entry["per"]))
        for entry in tomllib.loads(text)["price"]
        for pattern in entry["operations"]
    )


def price_of(name: str) -> tuple[float, str]:
    """USD of one ``service:Operation``, and what is paid for; 0 and nothing where it is free."""
    return next(((usd, per) for pattern, usd, per in _prices() if matches(pattern, name)), (0.0, ""))
