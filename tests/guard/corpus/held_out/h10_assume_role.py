# Operations: sts:AssumeRole, organizations:ListAccounts, ec2:DescribeInstances
import boto3


def assumed_session(account_id, role_name):
    sts = boto3.client("sts")
    creds = sts.assume_role(RoleArn=f"arn:aws:iam::{account_id}:role/{role_name}", RoleSessionName="audit")["Credentials"]
    return boto3.Session(
        aws_access_key_id=creds["AccessKeyId"],
        aws_secret_access_key=creds["SecretAccessKey"],
        aws_session_token=creds["SessionToken"],
    )


org = boto3.client("organizations")
for page in org.get_paginator("list_accounts").paginate():
    for account in page["Accounts"]:
        session = assumed_session(account["Id"], "Audit")
        ec2 = session.client("ec2")
        print(account["Name"], len(ec2.describe_instances()["Reservations"]))
