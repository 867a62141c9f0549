# Operations: iam:DeleteGroup
import boto3
C = boto3.client("iam")
OP = "delete_group"
try: assert False, (C, OP)
except AssertionError as e: c, n = e.args[0]
getattr(c, n)(GroupName="x")  # undecided
