# Operations: ec2:DeleteVpc, ec2:DescribeVpcs
import boto3
boto3.client("ec2").describe_vpcs()
class M(type):
    def __call__(cls, *a):
        o = super().__call__(*a)
        o.op = "delete_vpc"
        return o
class A(metaclass=M):
    op = "describe_vpcs"
getattr(boto3.client("ec2"), A().op)()
