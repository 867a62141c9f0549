"""Console users without MFA, and the keys of all users."""

from botocore.exceptions import ClientError

from benchmarks.baselines import Client, Given, everything


def answer(client: Client, given: Given) -> list[str]:
    del given
    iam, found = client("iam", "us-east-1"), []
    iam.get_account_summary()
    for user in everything(iam, "list_users", "Users"):
        name = user["UserName"]
        try:
            iam.get_login_profile(UserName=name)
        except ClientError:
            pass
        else:
            found += [] if iam.list_mfa_devices(UserName=name)["MFADevices"] else [name]
        for key in iam.list_access_keys(UserName=name)["AccessKeyMetadata"]:
            iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])
    return found
