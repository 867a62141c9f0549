# Operations: iam:ListAccessKeys
import boto3
class Stop(Exception): pass
def search(clients):
    for c in clients:
        raise Stop(c, "list_access_keys")
try: search([boto3.client("iam")])
except Stop as s: print(getattr(s.args[0], s.args[1])())
