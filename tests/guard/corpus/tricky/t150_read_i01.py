# Operations: iam:ListGroups, iam:ListRoles, iam:ListUsers
import boto3
iam = boto3.client("iam")
class Menu:
    entries = []
for label, op in [("Users", "list_users"), ("Roles", "list_roles"), ("Groups", "list_groups")]:
    Menu.entries.append((label, lambda client=iam, op=op: getattr(client, op)()))
for label, fn in Menu.entries: print(label, fn())
