# Operations: iam:ListRoles, iam:GetRole, iam:ListEntitiesForPolicy, iam:ListPolicies, iam:ListInstanceProfilesForRole
import boto3

iam = boto3.resource("iam")
client = iam.meta.client
for role in iam.roles.all():
    last = client.get_role(RoleName=role.name)["Role"].get("RoleLastUsed")
    print(role.name, last, [p.name for p in role.instance_profiles.all()])
for policy in iam.policies.filter(Scope="Local", OnlyAttached=False):
    if policy.attachment_count:
        print(policy.arn, client.list_entities_for_policy(PolicyArn=policy.arn)["PolicyRoles"])
