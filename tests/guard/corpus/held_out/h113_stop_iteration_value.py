# Operations: iam:ListUsers
import boto3
def g():
    yield 1
    return boto3.client("iam")
walk = g()
try:
    while True:
        next(walk)
except StopIteration as end:
    print(end.value.list_users())
