# Operations: iam:ListGroups, iam:ListRoles, iam:ListUsers
import boto3
from concurrent.futures import ThreadPoolExecutor, as_completed
iam = boto3.client("iam")
def build():
    return [lambda op=op: getattr(iam, op)() for op in ("list_users", "list_roles", "list_groups")]
with ThreadPoolExecutor(3) as ex:
    for f in as_completed([ex.submit(fn) for fn in build()]): print(f.result())
