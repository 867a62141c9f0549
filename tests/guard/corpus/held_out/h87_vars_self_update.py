# Operations: ec2:DescribeSubnets, ec2:DescribeVpcs
import boto3
boto3.client("ec2").describe_vpcs()
class Opts:
    op = "describe_vpcs"
    def load(self, values):
        vars(self).update(values)
o = Opts()
o.load({"op": "describe_subnets"})
getattr(boto3.client("ec2"), o.op)()
