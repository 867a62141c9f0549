# Operations: iam:ListRoles
import boto3
class Error(Exception):
    """carries the retry"""
    def __init__(self, message, client=None, operation=None):
        super().__init__(message)
        self.client = client
        self.operation = operation
def call(client, operation):
    try: return getattr(client, operation)() if operation != "list_users" else (_ for _ in ()).throw(RuntimeError("x"))
    except RuntimeError as e: raise Error("failed", client, operation) from e
def fallback(err): return getattr(err.client, err.operation.replace("users", "roles"))()
try: call(boto3.client("iam"), "list_users")
except Error as err: print(fallback(err))
