"""The function, its role's policies and boundary, the bucket's policy and key."""

from contextlib import suppress

from botocore.exceptions import ClientError

from benchmarks.baselines import Client, Given


def answer(client: Client, given: Given) -> list[str]:
    functions, iam, s3 = client("lambda", "us-east-1"), client("iam", "us-east-1"), client("s3", "us-east-1")
    function = functions.get_function_configuration(FunctionName=given["function"])
    role = function["Role"].rpartition("/")[2]
    boundary = iam.get_role(RoleName=role)["Role"].get("PermissionsBoundary")
    for policy in iam.list_role_policies(RoleName=role)["PolicyNames"]:
        iam.get_role_policy(RoleName=role, PolicyName=policy)
    attached = [p["PolicyArn"] for p in iam.list_attached_role_policies(RoleName=role)["AttachedPolicies"]]
    for arn in [*attached, *([boundary["PermissionsBoundaryArn"]] if boundary else [])]:
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        iam.get_policy_version(PolicyArn=arn, VersionId=version)
    bucket = function["Environment"]["Variables"]["BUCKET_NAME"]
    with suppress(ClientError):
        s3.get_bucket_policy(Bucket=bucket)
    rules = s3.get_bucket_encryption(Bucket=bucket)["ServerSideEncryptionConfiguration"]["Rules"]
    key = rules[0]["ApplyServerSideEncryptionByDefault"].get("KMSMasterKeyID")
    if key:
        kms = client("kms", "us-east-1")
        kms.describe_key(KeyId=key)
        kms.get_key_policy(KeyId=key, PolicyName="default")
    return []  # judging is not counted
