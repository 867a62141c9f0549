# Operations: iam:ListGroups
import boto3
try:
    assert False, (boto3.client("iam"), "list_groups")
except AssertionError as e:
    c, n = e.args[0]
    print(getattr(c, n)())  # undecided
