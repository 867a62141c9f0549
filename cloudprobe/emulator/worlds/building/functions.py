"""Lambda functions, each with a role of its own and a bucket it works on, and the keys such buckets use."""

import io
import zipfile
from functools import partial
from typing import Any

from cloudprobe.emulator.worlds.building.patience import patiently
from cloudprobe.emulator.worlds.building.policies import Statement, allow, policy, trust
from cloudprobe.emulator.worlds.building.site import Site

_SOURCE = """\
import os

import boto3


def handler(event, context):
    boto3.client("s3").put_object(Bucket=os.environ["BUCKET_NAME"], Key=event["id"], Body=event["body"].encode())
"""


def function(
    site: Site,
    logical: str,
    *,
    bucket: str,
    statements: tuple[Statement, ...],
    boundary: tuple[Statement, ...] = (),
    region: str = "us-east-1",
) -> None:
    """Make a function that writes to a bucket, and its role ``<logical>-role``.

    ``bucket`` is a logical name; the function finds the real one in its variable ``BUCKET_NAME``. ``statements`` say
    what the role may do beside writing logs, ``boundary`` those of its permissions boundary; without any it has none.
    """
    role = f"{logical}-role"
    _role(site, role, statements=statements, boundary=boundary)
    create = partial(
        site.client("lambda", region).create_function,
        FunctionName=site.name(logical),
        Runtime="python3.12",
        Role=site.role_arn(role),
        Handler="app.handler",
        Code={"ZipFile": _package()},
        Environment={"Variables": {"BUCKET_NAME": site.name(bucket)}},
    )
    made = patiently(create, "InvalidParameterValueException")  # the role cannot be assumed yet
    site.arns[logical] = made["FunctionArn"]


def key(site: Site, logical: str, *statements: Statement, region: str = "us-east-1") -> str:
    """Make a KMS key; its ARN. Whoever made it may always administer it, but use it only as ``statements`` say."""
    administer = ["kms:Create*", "kms:Describe*", "kms:Get*", "kms:List*", "kms:Put*", "kms:Schedule*", "kms:Tag*"]
    root: Any = {"AWS": f"arn:aws:iam::{site.account}:root"}
    document = policy(allow(administer, "*", Sid="Administration", Principal=root), *statements)
    kms = site.client("kms", region)
    arn: str = kms.create_key(Description=site.name(logical))["KeyMetadata"]["Arn"]
    kms.put_key_policy(KeyId=arn, PolicyName="default", Policy=document)
    kms.create_alias(AliasName=f"alias/{site.name(logical)}", TargetKeyId=arn)
    site.arns[logical] = arn
    return arn


def _role(site: Site, logical: str, *, statements: tuple[Statement, ...], boundary: tuple[Statement, ...]) -> None:
    iam = site.client("iam")
    name = site.name(logical)
    options = {}
    if boundary:
        made = iam.create_policy(PolicyName=site.name(f"{logical}-boundary"), PolicyDocument=policy(*boundary))
        options["PermissionsBoundary"] = made["Policy"]["Arn"]
        site.arns[f"{logical}-boundary"] = made["Policy"]["Arn"]
    role = iam.create_role(RoleName=name, AssumeRolePolicyDocument=trust("lambda.amazonaws.com"), **options)
    site.arns[logical] = role["Role"]["Arn"]
    logs = allow(["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"], "*", Sid="Logs")
    iam.put_role_policy(RoleName=name, PolicyName="work", PolicyDocument=policy(logs, *statements))


def _package() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("app.py", _SOURCE)
    return archive.getvalue()
