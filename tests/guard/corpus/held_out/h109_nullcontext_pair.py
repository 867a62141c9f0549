# Operations: iam:ListUsers
import contextlib
import boto3
with contextlib.nullcontext((boto3.client("iam"), "list_users")) as (client, operation):
    print(getattr(client, operation)())
