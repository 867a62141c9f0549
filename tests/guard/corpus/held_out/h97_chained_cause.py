# Operations: iam:ListUsers
import boto3
class Outer(Exception):
    pass
try:
    try:
        raise KeyError(boto3.client("iam"))
    except KeyError as inner:
        raise Outer("x") from inner
except Outer as e:
    print(e.__cause__.args[0].list_users())
