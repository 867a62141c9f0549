# Operations: kms:ListKeys, kms:DescribeKey
import boto3
import time


class Throttled:
    def __init__(self, client, pause):
        self._client = client
        self._pause = pause

    def __getattr__(self, name):
        target = getattr(self._client, name)
        if not callable(target):
            return target

        def wrapper(*args, **kwargs):
            time.sleep(self._pause)
            return target(*args, **kwargs)

        return wrapper


kms = Throttled(boto3.client("kms"), 0.1)
for key in kms.list_keys()["Keys"]:
    print(kms.describe_key(KeyId=key["KeyId"]))
