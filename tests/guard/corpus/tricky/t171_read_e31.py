# Operations: iam:DeleteGroup
import boto3
C = boto3.client("iam")
OP = "delete_group"
def g():
    return C, OP
    yield
try: next(g())
except StopIteration as e: c, n = e.value
getattr(c, n)(GroupName="x")  # undecided
