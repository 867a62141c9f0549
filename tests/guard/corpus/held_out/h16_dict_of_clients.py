# Operations: kms:ListKeys, kms:DescribeKey, kms:GetKeyRotationStatus, secretsmanager:ListSecrets
import boto3

SERVICES = ["kms", "secretsmanager"]
clients = {name: boto3.client(name) for name in SERVICES}


def keys():
    for key in clients["kms"].list_keys()["Keys"]:
        meta = clients["kms"].describe_key(KeyId=key["KeyId"])["KeyMetadata"]
        if meta["KeyManager"] == "CUSTOMER":
            yield meta["Arn"], clients["kms"].get_key_rotation_status(KeyId=key["KeyId"])["KeyRotationEnabled"]


print(dict(keys()))
print([s["Name"] for s in clients["secretsmanager"].list_secrets()["SecretList"]])
