"""Buckets whose policy or ACL is public and not blocked."""

from typing import Any

from botocore.exceptions import ClientError

from benchmarks.baselines import Client, Given


def answer(client: Client, given: Given) -> list[str]:
    del given
    s3 = client("s3", "us-east-1")
    return [bucket["Name"] for bucket in s3.list_buckets()["Buckets"] if _public(s3, bucket["Name"])]


def _public(s3: Any, name: str) -> bool:
    blocked = _or_none(s3, "get_public_access_block", name) or {}
    if all(blocked.get("PublicAccessBlockConfiguration", {"": False}).values()):
        return False
    status = _or_none(s3, "get_bucket_policy_status", name) or {}
    grants = (_or_none(s3, "get_bucket_acl", name) or {}).get("Grants", [])
    return status.get("PolicyStatus", {}).get("IsPublic", False) or any("URI" in g["Grantee"] for g in grants)


def _or_none(s3: Any, operation: str, name: str) -> Any:
    try:
        return getattr(s3, operation)(Bucket=name)
    except ClientError:
        return None
