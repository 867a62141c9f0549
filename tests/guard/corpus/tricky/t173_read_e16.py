# Operations:
import boto3
C = boto3.client("iam")
OP = "delete_group"
import typing
c, n = typing.Annotated[int, C, OP].__metadata__
getattr(c, n)(GroupName="x")  # undecided
