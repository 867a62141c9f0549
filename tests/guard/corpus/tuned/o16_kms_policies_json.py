# Operations: kms:ListKeys, kms:ListAliases, kms:GetKeyPolicy, kms:ListGrants
import json
import boto3

kms = boto3.client("kms")
aliases = {}
for page in kms.get_paginator("list_aliases").paginate():
    for alias in page["Aliases"]:
        if "TargetKeyId" in alias:
            aliases.setdefault(alias["TargetKeyId"], []).append(alias["AliasName"])
for page in kms.get_paginator("list_keys").paginate():
    for key in page["Keys"]:
        try:
            policy = json.loads(kms.get_key_policy(KeyId=key["KeyId"], PolicyName="default")["Policy"])
        except kms.exceptions.AccessDeniedException:
            continue
        wide = [s for s in policy["Statement"] if s["Effect"] == "Allow" and s.get("Principal") == "*"]
        print(key["KeyId"], aliases.get(key["KeyId"]), bool(wide), len(kms.list_grants(KeyId=key["KeyId"])["Grants"]))
