"""May this call be made? Judged from the permit and the parameters, before anything is sent."""

import re
from dataclasses import dataclass

from cloudprobe.sandbox.permit import Permit

# A made-up name would become part of a host's: so it is built of the words that regions are built of.
_REGION = re.compile(
    r"[a-z]{2,4}(?:-(?:gov|iso[a-z]?|de))?"
    r"-(?:north|south|east|west|central|northeast|northwest|southeast|southwest)-\d{1,2}",
    re.ASCII,
)
_GLOBAL_REGIONS = frozenset(
    {"aws-global", "aws-cn-global", "aws-us-gov-global", "aws-iso-global", "aws-iso-b-global", "s3-external-1"}
)
# One endpoint for the whole partition: which region a client was made for says nothing about what it reads.
_GLOBAL_SERVICES = frozenset(
    [
        "account",
        "budgets",
        "ce",
        "cloudfront",
        "cur",
        "globalaccelerator",
        "health",
        "iam",
        "importexport",
        "networkmanager",
        "organizations",
        "pricing",
        "route53",
        "route53domains",
        "savingsplans",
        "shield",
        "support",
        "trustedadvisor",
        "waf",
    ]
)
_ANYWHERE = frozenset(
    {
        ("ec2", "DescribeRegions"),
        ("s3", "GetBucketLocation"),
        ("s3", "HeadBucket"),
        ("s3", "ListBuckets"),
        ("sts", "GetCallerIdentity"),
    }
)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a call is not made."""

    cause: str
    """``permit``, ``region`` or ``ownership``."""
    message: str


class Rules:
    """The permit, prepared for one question asked thousands of times."""

    def __init__(self, permit: Permit) -> None:
        self._operations = frozenset((allowed.service, allowed.operation) for allowed in permit.operations)
        self._regions = frozenset(permit.regions)

    def refuse(self, service: str, operation: str, region: str | None) -> Refusal | None:
        if (service, operation) not in self._operations:
            return Refusal("permit", f"{service}:{operation} is not among the operations this run may call.")
        if region is None or not (region in _GLOBAL_REGIONS or _REGION.fullmatch(region)):
            return Refusal("region", f"{str(region)[:60]!r} is not a region.")
        if not self._covers(service, operation, region):
            names = ", ".join(sorted(self._regions))
            return Refusal("region", f"The region {region} is not inspected; this run covers {names}.")
        return None

    def _covers(self, service: str, operation: str, region: str) -> bool:
        return (
            "*" in self._regions
            or region in self._regions
            or region in _GLOBAL_REGIONS
            or service in _GLOBAL_SERVICES
            or (service, operation) in _ANYWHERE
        )
