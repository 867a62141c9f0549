# Operations: s3:ListBuckets, s3:GetBucketTagging
from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client


def tagged(s3: S3Client) -> dict:
    result = {}
    for bucket in s3.list_buckets()["Buckets"]:
        result[bucket["Name"]] = s3.get_bucket_tagging(Bucket=bucket["Name"])
    return result
