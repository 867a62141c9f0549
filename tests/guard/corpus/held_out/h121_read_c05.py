# Operations: iam:CreateGroup, iam:ListUsers
import boto3
fns = {}
for op in ("create_group", "list_users"):
    def f(op=op, **k): return getattr(boto3.client("iam"), op)(**k)
    fns[op] = f
fns["create_group"](GroupName="x"); fns["list_users"]()
