# Operations:
import boto3
C = boto3.client("iam")
OP = "delete_group"
import inspect
def f(a=C, b=OP): ...
ps = inspect.signature(f).parameters
c, n = ps["a"].default, ps["b"].default
getattr(c, n)(GroupName="x")  # undecided
