# Operations: iam:CreateAccessKey, iam:ListUsers
import boto3
iam = boto3.client("iam")
fns = []
for op in ("create_access_key", "list_users"):
    fns.append(lambda u="x", op=op: getattr(iam, op)())
[f() for f in fns]
