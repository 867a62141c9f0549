# Operations: iam:ListAttachedGroupPolicies, iam:ListAttachedRolePolicies, iam:ListAttachedUserPolicies
import boto3
OPS = {"user": ("list_attached_user_policies", "UserName"), "role": ("list_attached_role_policies", "RoleName"), "group": ("list_attached_group_policies", "GroupName")}
iam = boto3.client("iam")
def attached(kind, name):
    op, param = OPS[kind]
    return [p["PolicyArn"] for page in iam.get_paginator(op).paginate(**{param: name}) for p in page["AttachedPolicies"]]
for kind in OPS: print(kind, attached(kind, "x"))
