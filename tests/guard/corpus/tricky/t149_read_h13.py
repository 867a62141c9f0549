# Operations: iam:ListRoles, iam:ListUsers
import boto3
iam = boto3.client("iam")
tests = []
for kind in ("user", "role"):
    tests.append({"name": kind, "fn": lambda k=kind: iam.get_paginator(f"list_{k}s").paginate().build_full_result()})
print([t["fn"]() for t in tests])
