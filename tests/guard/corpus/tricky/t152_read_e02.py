# Operations: iam:GetAccountSummary, iam:ListUsers
import boto3
C = boto3.client("iam")
OP = "delete_group"
fns = []
for op in ("get_account_summary", "list_users"):
    def f(op=op): return getattr(C, op)()
    fns.append(f)
for f in fns: f()
