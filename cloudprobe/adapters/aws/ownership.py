"""What the inspected account owns, asked with the caller's own credentials, not with a run's."""

from collections.abc import Iterator

from cloudprobe.adapters.aws.failures import translated
from cloudprobe.adapters.aws.session import AwsSession, Identity
from cloudprobe.sandbox.ownership import ListedBuckets


def account_ownership(session: AwsSession, identity: Identity) -> ListedBuckets:
    """An ``Ownership`` for one inspection: buckets are listed when one is first named, and again when one is unknown.

    A caller who may not list buckets ends a run that names one with an ``AccessError``: nothing is sent on a guess.
    """

    def list_buckets() -> Iterator[str]:
        with translated(session.endpoint):
            for page in session.client("s3").get_paginator("list_buckets").paginate():
                yield from (bucket["Name"] for bucket in page.get("Buckets", []))

    return ListedBuckets([identity.account], list_buckets=list_buckets)
