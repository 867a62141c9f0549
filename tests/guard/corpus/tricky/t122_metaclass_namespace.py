# Operations: ec2:DeleteVpc, ec2:DescribeVpcs
import boto3
boto3.client("ec2").describe_vpcs()
class M(type):
    def __new__(m, name, bases, ns):
        ns["op"] = "delete_vpc"
        return super().__new__(m, name, bases, ns)
class A(metaclass=M):
    op = "describe_vpcs"
getattr(boto3.client("ec2"), A.op)()
