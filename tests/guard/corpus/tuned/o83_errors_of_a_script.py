# Operations: iam:ListUsers
import boto3
from botocore.exceptions import ClientError
class ReportError(RuntimeError):
    def __init__(self, what, code=None):
        super().__init__(f"{what}: {code}")
        self.code = code
def users():
    try:
        return boto3.client("iam").list_users()["Users"]
    except ClientError as e:
        raise ReportError("users", e.response["Error"]["Code"]) from e
try:
    print(users())
except ReportError as e:
    print(e.code, str(e), e.args)
