# Operations: iam:ListRoles
import boto3
class Fallback(Exception):
    pass
class Net:
    def __enter__(self):
        return self
    def __exit__(self, kind, error, trace):
        if kind is Fallback:
            print(error.args[0].list_roles())
            return True
with Net():
    raise Fallback(boto3.client("iam"))
