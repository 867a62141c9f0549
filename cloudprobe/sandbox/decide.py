"""May this call be made? Judged from the permit and the parameters, before anything is sent."""

from dataclasses import dataclass

from cloudprobe.sandbox.partitions import Partition, partition_of
from cloudprobe.sandbox.permit import Permit

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
    """The permit, prepared for one question asked thousands of times.

    Args:
        permit: of the run.
        partition: of the inspected account. Its credentials mean nothing in another, and no call goes there.
    """

    def __init__(self, permit: Permit, *, partition: Partition) -> None:
        self._partition = partition
        self._operations = frozenset((allowed.service, allowed.operation) for allowed in permit.operations)
        self._regions = frozenset(permit.regions)

    def refuse(self, service: str, operation: str, region: str | None) -> Refusal | None:
        if (service, operation) not in self._operations:
            return Refusal("permit", f"{service}:{operation} is not among the operations this run may call.")
        if region is None or (found := partition_of(region)) is None:
            return Refusal("region", f"{str(region)[:60]!r} is not a region.")
        if found != self._partition:
            ours = f"the inspected account is in {self._partition.name}"
            return Refusal("region", f"The region {region} is in AWS's partition {found.name}; {ours}.")
        if not self._covers(service, operation, region):
            names = ", ".join(sorted(self._regions))
            return Refusal("region", f"The region {region} is not inspected; this run covers {names}.")
        return None

    def _covers(self, service: str, operation: str, region: str) -> bool:
        return (
            "*" in self._regions
            or region in self._regions
            or region in self._partition.pseudo_regions
            or service in _GLOBAL_SERVICES
            or (service, operation) in _ANYWHERE
        )
