# Operations: iam:ListUsers
import boto3
def g():
    yield 1
    return boto3.client("iam"), "list_users"
def h():
    c, n = yield from g()
    getattr(c, n)()
list(h())
