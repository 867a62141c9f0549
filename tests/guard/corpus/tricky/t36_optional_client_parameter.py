# Operations: secretsmanager:ListSecrets, secretsmanager:DescribeSecret
import boto3


def secrets(client=None, details=False):
    client = client or boto3.client("secretsmanager")
    for page in client.get_paginator("list_secrets").paginate():
        for s in page["SecretList"]:
            yield client.describe_secret(SecretId=s["ARN"]) if details else s


print(list(secrets()))
