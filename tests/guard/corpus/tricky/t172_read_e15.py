# Operations:
import boto3
C = boto3.client("iam")
OP = "delete_group"
def f(x: C, y: OP): ...
c, n = f.__annotations__["x"], f.__annotations__["y"]
getattr(c, n)(GroupName="x")  # undecided
