# Operations: iam:DeleteGroup
import boto3
C = boto3.client("iam")
OP = "delete_group"
from concurrent.futures import ThreadPoolExecutor
def f(): raise ValueError(C, OP)
with ThreadPoolExecutor() as ex: c, n = ex.submit(f).exception().args
getattr(c, n)(GroupName="x")  # undecided
