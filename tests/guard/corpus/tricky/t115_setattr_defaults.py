# Operations: ec2:DescribeVpcs
import boto3
boto3.client("ec2").describe_vpcs()
def go(op="describe_vpcs"):
    getattr(boto3.client("ec2"), op)()
setattr(go, "__defaults__", ("delete_vpc",))  # undecided
go()
