# Operations: iam:ListRoles, iam:ListUsers
import boto3
checks = {}
for op in ("list_users", "list_roles"):
    def check(*, op=op):
        return getattr(boto3.client("iam"), op)()
    checks[op] = check
for name in checks:
    print(name, checks[name]())
