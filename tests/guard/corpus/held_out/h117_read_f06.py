# Operations: iam:ListAccessKeys, iam:ListGroupsForUser, iam:ListMFADevices, iam:ListUserPolicies, iam:ListUsers
import boto3
iam = boto3.client("iam")
handlers = {k: (lambda u, m=m: getattr(iam, m)(UserName=u)) for k, m in {"keys": "list_access_keys", "mfa": "list_mfa_devices", "groups": "list_groups_for_user", "policies": "list_user_policies"}.items()}
for u in iam.list_users()["Users"]:
    print({k: h(u["UserName"]) for k, h in handlers.items()})
