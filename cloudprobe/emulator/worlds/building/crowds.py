"""Many ordinary things at once, with nothing wrong about any: the hay around the needles of a world."""

from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

from cloudprobe.emulator.worlds.building.site import Site

_AT_A_TIME = 4
_BLOCKS = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


def crowd(site: Site, region: str = "us-east-1", **counts: int) -> None:
    """Make so many of each kind: ``buckets``, ``groups``, ``queues``, ``users``, ``volumes``, ``topics``, ``logs``.

    None of them is in ``site.arns``; each has a name of its own, ``<kind>-<region>-<number>`` as logical name.
    """
    jobs = [job for kind, count in counts.items() for job in _jobs(site, region, kind, count)]
    with ThreadPoolExecutor(_AT_A_TIME) as pool:
        for _ in pool.map(lambda job: job(), jobs):
            pass


def _jobs(site: Site, region: str, kind: str, count: int) -> Iterable[Callable[[], object]]:
    make = _KINDS[kind](site, region)
    return [partial(make, site.name(f"{kind}-{region}-{number}")) for number in range(count)]


def _buckets(site: Site, region: str) -> Callable[[str], object]:
    s3 = site.client("s3", region)
    where: dict[str, Any] = {"CreateBucketConfiguration": {"LocationConstraint": region}}

    def make(name: str) -> None:
        s3.create_bucket(Bucket=name, **({} if region == "us-east-1" else where))
        s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=dict.fromkeys(_BLOCKS, True))

    return make


def _groups(site: Site, region: str) -> Callable[[str], object]:
    ec2 = site.client("ec2", region)
    vpc = ec2.describe_vpcs(Filters=[{"Name": "is-default", "Values": ["true"]}])["Vpcs"][0]["VpcId"]
    return lambda name: ec2.create_security_group(GroupName=name, Description="Lets nobody in", VpcId=vpc)


def _queues(site: Site, region: str) -> Callable[[str], object]:
    sqs = site.client("sqs", region)
    return lambda name: sqs.create_queue(QueueName=name)


def _users(site: Site, region: str) -> Callable[[str], object]:  # noqa: ARG001 - users have no region
    iam = site.client("iam")
    return lambda name: iam.create_user(UserName=name)


def _volumes(site: Site, region: str) -> Callable[[str], object]:
    ec2 = site.client("ec2", region)

    def make(name: str) -> None:
        tags = [{"ResourceType": "volume", "Tags": [{"Key": "Name", "Value": name}]}]
        ec2.create_volume(AvailabilityZone=f"{region}a", Size=1, Encrypted=True, TagSpecifications=tags)

    return make


def _topics(site: Site, region: str) -> Callable[[str], object]:
    sns = site.client("sns", region)
    return lambda name: sns.create_topic(Name=name)


def _logs(site: Site, region: str) -> Callable[[str], object]:
    logs = site.client("logs", region)
    return lambda name: logs.create_log_group(logGroupName=name)


_KINDS: dict[str, Callable[[Site, str], Callable[[str], object]]] = {
    "buckets": _buckets,
    "groups": _groups,
    "queues": _queues,
    "users": _users,
    "volumes": _volumes,
    "topics": _topics,
    "logs": _logs,
}
