# Operations: iam:DeleteAccountAlias, iam:ListUsers
import boto3
C = boto3.client("iam")
OP = "delete_group"
fns = []
for op in ("delete_account_alias", "list_users"):
    fns.append(lambda op=op: getattr(C, op)())
for f in fns: f()
