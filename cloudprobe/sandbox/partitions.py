"""AWS's partitions, and whole names of hosts in them, from botocore's own data.

A host is ours to name only if it stands in a list made from regions that exist. A pattern that takes any label between
``s3`` and ``amazonaws.com`` takes somebody's load balancer and somebody's bucket for an endpoint.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any, Self

from botocore.loaders import create_loader

_FIRST = "aws"
_FIRST_ONLY = frozenset({"s3-external-1"})
"""A name that botocore gives S3's first region beside ``us-east-1``."""


@dataclass(frozen=True)
class Partition:
    """One of AWS's separate clouds. A bucket of the same name in another one is another bucket."""

    name: str
    regions: frozenset[str]
    """Those that have a place, for example ``eu-west-1``."""
    pseudo_regions: frozenset[str]
    """Those that stand for the whole partition, for example ``aws-global``."""
    suffix: str
    """Of its hosts, for example ``amazonaws.com``."""
    dual_stack_suffix: str

    @classmethod
    def read(cls, entry: dict[str, Any]) -> Self:
        """From one entry of botocore's ``partitions.json``."""
        names = frozenset(entry["regions"])
        pseudo = frozenset(name for name in names if name.endswith("-global"))
        return cls(
            name=entry["id"],
            regions=names - pseudo,
            pseudo_regions=pseudo | (_FIRST_ONLY if entry["id"] == _FIRST else frozenset()),
            suffix=entry["outputs"]["dnsSuffix"],
            dual_stack_suffix=entry["outputs"]["dualStackDnsSuffix"],
        )

    @cached_property
    def s3_hosts(self) -> frozenset[str]:
        """Every host that takes a bucket's name as the first part of a path."""
        return frozenset(self._s3_hosts())

    @cached_property
    def sqs_hosts(self) -> frozenset[str]:
        """Every host that a queue's address may have."""
        return frozenset(self._sqs_hosts())

    def bucket_of(self, host: str, path: str) -> str | None:
        """The bucket that an address of S3 names; None where the host is none of S3's."""
        if host in self.s3_hosts:
            return path.removeprefix("/").split("/")[0]
        # No host of S3's is the end of another one, so at most one fits.
        return next((host.removesuffix(f".{end}") for end in self.s3_hosts if host.endswith(f".{end}")), None)

    def _s3_hosts(self) -> Iterator[str]:
        yield f"s3.{self.suffix}"
        yield from (f"{name}.{self.suffix}" for name in self.pseudo_regions if name.startswith("s3-"))
        for region in self.regions:
            for service in ("s3", "s3-fips", "s3.dualstack", "s3-fips.dualstack"):
                yield f"{service}.{region}.{self.suffix}"
            yield f"s3-{region}.{self.suffix}"

    def _sqs_hosts(self) -> Iterator[str]:
        yield f"queue.{self.suffix}"
        for region in self.regions:
            yield f"{region}.queue.{self.suffix}"
            for service in ("sqs", "sqs-fips"):
                yield f"{service}.{region}.{self.suffix}"
                yield f"{service}.{region}.{self.dual_stack_suffix}"


@cache
def partitions() -> tuple[Partition, ...]:
    entries = create_loader().load_data("partitions")["partitions"]
    return tuple(Partition.read(entry) for entry in entries)


def partition_of(region: str) -> Partition | None:
    """The partition a region is in; None where AWS has no such region."""
    return next((one for one in partitions() if region in one.regions or region in one.pseudo_regions), None)
