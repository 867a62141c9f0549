# Operations:
import boto3
C = boto3.client("iam")
OP = "delete_group"
s = slice(C, OP)
c, n = s.start, s.stop
getattr(c, n)(GroupName="x")  # undecided
