# Operations: iam:ListUsers
import boto3
try:
    raise ExceptionGroup("both", [ValueError(boto3.client("iam"))])
except* ValueError as group:
    print(group.exceptions[0].args[0].list_users())
