# Operations:
import boto3
C = boto3.client("iam")
OP = "delete_group"
import warnings
with warnings.catch_warnings(record=True) as w:
    warnings.simplefilter("always")
    class W(UserWarning): pass
    warnings.warn(W(C, OP))
c, n = w[0].message.args
getattr(c, n)(GroupName="x")  # undecided
