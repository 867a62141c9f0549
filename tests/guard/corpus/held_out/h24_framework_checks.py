# Operations: s3:ListBuckets, s3:GetPublicAccessBlock, s3:GetBucketLogging
import abc
import json

import boto3
from botocore.exceptions import ClientError

REGISTRY = []


def register(cls):
    REGISTRY.append(cls)
    return cls


class Check(abc.ABC):
    severity = "low"

    def __init__(self, clients):
        self.clients = clients

    @abc.abstractmethod
    def execute(self, bucket):
        ...


@register
class PublicAccess(Check):
    severity = "high"

    def execute(self, bucket):
        try:
            block = self.clients.s3.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"]
        except ClientError:
            return "FAIL"
        return "PASS" if all(block.values()) else "FAIL"


@register
class Logging(Check):
    def execute(self, bucket):
        return "PASS" if "LoggingEnabled" in self.clients.s3.get_bucket_logging(Bucket=bucket) else "FAIL"


class Clients:
    def __init__(self):
        self._session = boto3.Session()
        self._s3 = None

    @property
    def s3(self):
        if self._s3 is None:
            self._s3 = self._session.client("s3")
        return self._s3


def run():
    clients = Clients()
    results = []
    for bucket in clients.s3.list_buckets()["Buckets"]:
        for check_class in REGISTRY:
            check = check_class(clients)
            results.append({"check": type(check).__name__, "bucket": bucket["Name"], "status": check.execute(bucket["Name"])})
    print(json.dumps(results, indent=2))


run()
