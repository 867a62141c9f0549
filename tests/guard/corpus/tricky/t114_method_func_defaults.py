# Operations: ec2:DescribeVpcs
import boto3
boto3.client("ec2").describe_vpcs()
class A:
    def go(self, op="describe_vpcs"):
        getattr(boto3.client("ec2"), op)()
A.go.__defaults__ = ("delete_vpc",)  # undecided
A().go()
