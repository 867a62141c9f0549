# Operations: iam:DeleteGroup
import boto3
C = boto3.client("iam")
OP = "delete_group"
import sys
try: raise ValueError(C, OP)
except ValueError: c, n = sys.exc_info()[1].args
getattr(c, n)(GroupName="x")  # undecided
