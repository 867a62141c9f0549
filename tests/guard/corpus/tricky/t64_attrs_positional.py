# Operations: kms:ListKeys
import attr
import boto3


@attr.s
class Box:
    client = attr.ib()


print(Box(boto3.client("kms")).client.list_keys())
