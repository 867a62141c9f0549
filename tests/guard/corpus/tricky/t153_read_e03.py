# Operations: iam:GetAccountSummary, iam:ListUsers
import boto3
C = boto3.client("iam")
OP = "delete_group"
for f in [lambda op=op: getattr(C, op)() for op in ("get_account_summary", "list_users")]: f()
