"""Buckets, as AWS makes them since April 2023: everything blocked and ACLs off, until somebody opens them."""

from typing import Any

from cloudprobe.emulator.worlds.building.policies import Statement, policy
from cloudprobe.emulator.worlds.building.site import Site

_HOME = "us-east-1"  # the one region S3 wants left out of a location constraint


def bucket(
    site: Site,
    logical: str,
    *,
    region: str = _HOME,
    statements: tuple[Statement, ...] = (),
    acl: str = "",
    grants: dict[str, str] | None = None,
    blocked: bool = True,
    website: bool = False,
    key: str = "",
) -> None:
    """Make a bucket.

    ``statements`` are those of its policy, ``acl`` is a canned ACL, ``grants`` are ``Grant...`` parameters of
    PutBucketAcl; either of the two turns ACLs on. ``blocked`` says whether the public access block ends up on: a policy
    or ACL given beside it was there before. ``key`` is the ARN of the KMS key it encrypts with by default.
    """
    s3 = site.client("s3", region)
    name = site.name(logical)
    location: dict[str, Any] = {} if region == _HOME else {"CreateBucketConfiguration": {"LocationConstraint": region}}
    s3.create_bucket(Bucket=name, **location)
    site.arns[logical] = site.bucket_arn(logical)
    if statements or acl or grants:
        _block(s3, name, on=False)
    if acl or grants:
        _allow_acls(s3, name)
        s3.put_bucket_acl(Bucket=name, **({"ACL": acl} if acl else grants or {}))
    if statements:
        s3.put_bucket_policy(Bucket=name, Policy=policy(*statements))
    if website:
        s3.put_bucket_website(Bucket=name, WebsiteConfiguration={"IndexDocument": {"Suffix": "index.html"}})
    if key:
        _encrypt(s3, name, key)
    _block(s3, name, on=blocked)


def _block(s3: Any, name: str, *, on: bool) -> None:
    parts = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")
    s3.put_public_access_block(Bucket=name, PublicAccessBlockConfiguration=dict.fromkeys(parts, on))


def _allow_acls(s3: Any, name: str) -> None:
    rules = {"Rules": [{"ObjectOwnership": "BucketOwnerPreferred"}]}
    s3.put_bucket_ownership_controls(Bucket=name, OwnershipControls=rules)


def _encrypt(s3: Any, name: str, key: str) -> None:
    default = {"SSEAlgorithm": "aws:kms", "KMSMasterKeyID": key}
    rules = {"Rules": [{"ApplyServerSideEncryptionByDefault": default, "BucketKeyEnabled": True}]}
    s3.put_bucket_encryption(Bucket=name, ServerSideEncryptionConfiguration=rules)
