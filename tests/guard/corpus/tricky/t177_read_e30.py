# Operations:
import boto3
C = boto3.client("iam")
OP = "delete_group"
import dataclasses
@dataclasses.dataclass
class D:
    c: object = C
    n: str = OP
c, n = [f.default for f in dataclasses.fields(D)]
getattr(c, n)(GroupName="x")  # undecided
