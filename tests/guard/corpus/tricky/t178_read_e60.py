# Operations:
import boto3
C = boto3.client("iam")
OP = "delete_group"
class M:
    def keys(s): return ["c", "n"]
    def __getitem__(s, i): return {"c": C, "n": OP}[i]
c, n = dict(**M()).values()
getattr(c, n)(GroupName="x")  # undecided
