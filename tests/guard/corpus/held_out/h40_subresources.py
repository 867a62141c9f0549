# Operations: iam:ListRoles, iam:ListAttachedRolePolicies, iam:ListRolePolicies, iam:GetRolePolicy, iam:GetPolicy, iam:GetPolicyVersion
import boto3

iam = boto3.resource("iam")
for role in iam.roles.all():
    for attached in role.attached_policies.all():
        document = attached.default_version.document
        print(role.name, attached.arn, document)
    for inline in role.policies.all():
        print(role.name, inline.name, inline.policy_document)
