"""Ownership by listing, asked from several threads at once."""

import threading
from concurrent.futures import ThreadPoolExecutor

from cloudprobe.sandbox.ownership import ListedBuckets

NAMES = [f"bucket-{n:02}" for n in range(40)]


def test_threads_wait_for_one_listing_instead_of_using_up_all() -> None:
    listings: list[int] = []
    asked = threading.Barrier(16)

    def list_buckets() -> list[str]:
        listings.append(1)
        threading.Event().wait(0.05)
        return NAMES

    ownership = ListedBuckets(["123456789012"], list_buckets=list_buckets, refreshes=3)

    def ask(name: str) -> bool:
        asked.wait(5)
        return ownership.owns_bucket(name)

    with ThreadPoolExecutor(16) as pool:
        assert all(pool.map(ask, NAMES[:16]))
    assert len(listings) == 1
    assert [ownership.owns_bucket("foreign") for _ in range(5)] == [False] * 5
    assert len(listings) == 3
