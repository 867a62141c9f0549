# Operations: iam:DeleteGroup
import boto3
C = boto3.client("iam")
OP = "delete_group"
from contextlib import nullcontext
with nullcontext((C, OP)) as (c, n): pass
getattr(c, n)(GroupName="x")
