# Operations: iam:DeleteAccountAlias, iam:ListUsers
import boto3
c = boto3.client("iam")
fns = []
for op in ("delete_account_alias", "list_users"):
    fns.append(lambda c=c, op=op, **k: getattr(c, op)(**k))
fns[0](AccountAlias="alias"); fns[1]()
