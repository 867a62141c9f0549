import json, boto3
iam, kms = boto3.client("iam"), boto3.client("kms")
attached = iam.list_attached_role_policies(RoleName="r")["AttachedPolicies"]
documents = [iam.get_policy(PolicyArn=p["PolicyArn"])["Policy"]["DefaultVersionId"] for p in attached]
print(json.dumps(documents))
