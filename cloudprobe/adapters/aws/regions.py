"""The regions AWS has, from botocore's own list."""

import difflib
from functools import cache

from cloudprobe.errors import UsageError


@cache
def known_regions() -> frozenset[str]:
    """Region names of every partition."""
    from botocore.loaders import Loader  # noqa: PLC0415 - the command line must start without loading the SDK

    partitions = Loader().load_data("partitions")["partitions"]
    return frozenset(name for partition in partitions for name in partition["regions"] if "global" not in name)


def check_region(name: str) -> None:
    """Accept a region AWS has.

    Raises:
        UsageError: it has none of that name; says the nearest.
    """
    known = known_regions()
    if name in known:
        return
    nearest = difflib.get_close_matches(name.lower(), sorted(known), n=3, cutoff=0.4)
    raise UsageError(
        f"There is no region {name[:60]!r}.",
        hint=f"Nearest: {', '.join(nearest)}." if nearest else "Regions are named like eu-west-1.",
    )


@cache
def regions_of_partition(region: str) -> tuple[str, ...]:
    """Every region of the partition that a region is in, sorted; that region alone where it is none we know."""
    from botocore.loaders import Loader  # noqa: PLC0415 - as above

    for partition in Loader().load_data("partitions")["partitions"]:
        if region in partition["regions"]:
            return tuple(sorted(name for name in partition["regions"] if "global" not in name))
    return (region,)
