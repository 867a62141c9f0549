# Operations: iam:ListUsers, iam:SimulatePrincipalPolicy, iam:ListAttachedUserPolicies, iam:ListGroupsForUser, iam:ListAttachedGroupPolicies
import boto3

iam = boto3.client("iam")
DANGEROUS = ["iam:PassRole", "iam:CreateAccessKey", "s3:DeleteBucket"]


def pages(name, key, **kw):
    return (item for page in iam.get_paginator(name).paginate(**kw) for item in page[key])


for user in pages("list_users", "Users"):
    direct = list(pages("list_attached_user_policies", "AttachedPolicies", UserName=user["UserName"]))
    for group in pages("list_groups_for_user", "Groups", UserName=user["UserName"]):
        direct += pages("list_attached_group_policies", "AttachedPolicies", GroupName=group["GroupName"])
    results = iam.simulate_principal_policy(PolicySourceArn=user["Arn"], ActionNames=DANGEROUS)["EvaluationResults"]
    print(user["UserName"], [p["PolicyName"] for p in direct], [r["EvalActionName"] for r in results if r["EvalDecision"] == "allowed"])
