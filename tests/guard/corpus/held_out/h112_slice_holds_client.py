# Operations:
import boto3
s = slice(boto3.client("iam"), "list_users")
getattr(s.start, s.stop)()  # undecided
