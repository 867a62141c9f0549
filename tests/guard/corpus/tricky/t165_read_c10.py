# Operations: iam:ListUsers
import boto3
try:
    try: raise KeyError(boto3.client("iam"))
    except KeyError as e: raise ValueError("list_users") from e
except ValueError as v:
    print(getattr(v.__cause__.args[0], v.args[0])())  # undecided
