# Operations: iam:ListAttachedRolePolicies, iam:ListAttachedUserPolicies
import boto3
PARAMETER = {"list_attached_user_policies": "UserName", "list_attached_role_policies": "RoleName"}
iam = boto3.client("iam")
for operation, parameter in PARAMETER.items():
    for page in iam.get_paginator(operation).paginate(**{parameter: "x"}):
        print(page)
