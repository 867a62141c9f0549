# Operations: organizations:ListAccounts, sts:AssumeRole, s3:ListBuckets, ec2:DescribeSecurityGroups
import boto3
from concurrent.futures import ThreadPoolExecutor


def get_session(account_id):
    sts = boto3.client("sts")
    credentials = sts.assume_role(RoleArn="arn:aws:iam::%s:role/OrgAudit" % account_id, RoleSessionName="inventory")["Credentials"]
    return boto3.Session(
        aws_access_key_id=credentials["AccessKeyId"],
        aws_secret_access_key=credentials["SecretAccessKey"],
        aws_session_token=credentials["SessionToken"],
    )


def inspect(account):
    session = get_session(account["Id"])
    buckets = session.client("s3").list_buckets()["Buckets"]
    groups = session.client("ec2").describe_security_groups()["SecurityGroups"]
    return account["Id"], len(buckets), len(groups)


accounts = [a for p in boto3.client("organizations").get_paginator("list_accounts").paginate() for a in p["Accounts"] if a["Status"] == "ACTIVE"]
with ThreadPoolExecutor(max_workers=10) as executor:
    for result in executor.map(inspect, accounts):
        print(result)
