# Operations: iam:ListRoles
import boto3
class Retry(Exception):
    def __init__(self, client, operation):
        super().__init__("retry")
        self.client, self.operation = client, operation
def first():
    raise Retry(boto3.client("iam"), "list_roles")
try:
    first()
except Retry as again:
    print(getattr(again.client, again.operation)())
