# Operations: s3:ListBuckets, ec2:DescribeHosts
import boto3


class Lazy:
    def __init__(self, service):
        self.service = service

    def __get__(self, instance, owner=None):
        return boto3.client(self.service)


class Aws:
    s3 = Lazy("s3")
    ec2 = Lazy("ec2")


aws = Aws()
print(aws.s3.list_buckets(), aws.ec2.describe_hosts())
