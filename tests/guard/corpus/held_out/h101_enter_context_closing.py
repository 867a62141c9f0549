# Operations: iam:ListUsers
import contextlib
import boto3
with contextlib.ExitStack() as stack:
    iam = stack.enter_context(contextlib.closing(boto3.client("iam")))
    print(iam.list_users())
