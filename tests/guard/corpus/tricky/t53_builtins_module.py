# Operations: iam:ListUsers
import builtins
import boto3

print(builtins.getattr(boto3.client("iam"), "list_users")())
