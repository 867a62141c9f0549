# Operations: sts:GetCallerIdentity
import boto3


def users(client):
    for page in client.get_paginator("list_users").paginate():  # undecided
        yield from page["Users"]


print(boto3.client("sts").get_caller_identity())
