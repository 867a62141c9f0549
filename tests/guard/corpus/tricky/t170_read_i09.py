# Operations: iam:ListRoles, iam:ListUsers
import boto3
def fields():
    yield "ListUsers"
    return "done"
c = boto3.client("iam")
def walk():
    client, ops = yield from setup()
    for o in ops: yield getattr(client, o)()
def setup():
    yield "starting"
    return c, ["list_users", "list_roles"]
for x in walk(): print(x)
