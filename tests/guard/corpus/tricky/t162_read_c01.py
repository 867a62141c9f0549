# Operations: iam:DeleteUser
import boto3
class Found(Exception): pass
try: raise Found(boto3.client("iam"), "delete_user")
except Found as e:
    c, n = e.args
    getattr(c, n)(UserName="x")
