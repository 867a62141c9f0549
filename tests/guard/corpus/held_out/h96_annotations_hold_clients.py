# Operations:
import boto3
def f(x: boto3.client("iam"), y: "list_users"): ...
c, n = f.__annotations__["x"], f.__annotations__["y"]
getattr(c, n)()  # undecided
