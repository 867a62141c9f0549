# Operations: iam:DeleteGroup
import boto3
C = boto3.client("iam")
OP = "delete_group"
from functools import partial
p = partial(print, C, n=OP)
c, n = p.args[0], p.keywords["n"]
getattr(c, n)(GroupName="x")
