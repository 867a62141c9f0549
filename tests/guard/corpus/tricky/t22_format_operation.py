# Operations: iam:ListUsers, iam:ListGroups, iam:ListRoles
import boto3

iam = boto3.client("iam")
for noun in "users groups roles".split():
    page = getattr(iam, "list_{}".format(noun))()
    print(len(page))
