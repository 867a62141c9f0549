# Operations:
import warnings
import boto3
with warnings.catch_warnings(record=True) as w:
    warnings.simplefilter("always")
    warnings.warn(UserWarning(boto3.client("iam"), "list_users"))  # undecided
c, n = w[0].message.args
getattr(c, n)()  # undecided
