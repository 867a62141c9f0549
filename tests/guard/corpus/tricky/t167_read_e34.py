# Operations: iam:DeleteGroup
import boto3
C = boto3.client("iam")
OP = "delete_group"
try: {}[(C, OP)]
except KeyError as e: c, n = e.args[0]
getattr(c, n)(GroupName="x")  # undecided
