# Operations: ec2:DescribeVpcs
import boto3
class A:
    def __init__(self, service, op):
        for k, v in locals().items():
            if k != "self":
                setattr(self, k, v)
a = A("ec2", "describe_vpcs")
getattr(boto3.client(a.service), a.op)()
