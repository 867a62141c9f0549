# Operations: iam:ListUsers
import boto3
class Found(Exception): pass
def go():
    raise Found(boto3.client("iam"), "list_users")
try: go()
except Found as e:
    c, n = e.args
    print(getattr(c, n)())
