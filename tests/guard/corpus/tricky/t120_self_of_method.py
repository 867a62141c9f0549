# Operations: ec2:DeleteVpc, ec2:DescribeVpcs
import boto3
boto3.client("ec2").describe_vpcs()
m = boto3.client("ec2").describe_vpcs
class H:
    def __init__(self):
        self.c = boto3.client("ec2")
    def go(self):
        return self.c.describe_vpcs()
h = H()
g = h.go
getattr(g.__self__.c, "delete_vpc")()
