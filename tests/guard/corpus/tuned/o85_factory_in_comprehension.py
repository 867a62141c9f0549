# Operations: iam:GetRole, iam:ListAttachedRolePolicies, iam:ListRolePolicies
import boto3
iam = boto3.client("iam")
readers = [lambda who, m=m: getattr(iam, m)(RoleName=who) for m in ("list_role_policies", "list_attached_role_policies", "get_role")]
print([read("r") for read in readers])
