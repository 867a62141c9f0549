# Operations: iam:GetAccountSummary, iam:ListUsers
import boto3
C = boto3.client("iam")
OP = "delete_group"
R = []
for op in ("get_account_summary", "list_users"):
    class X:
        o = op
        def go(self): return getattr(C, self.o)()
    R.append(X)
for x in R: x().go()
