# Operations: ec2:DescribeSubnets
import boto3
class Check:
    op = "describe_vpcs"
    def run(self):
        return getattr(boto3.client("ec2"), self.op)()
Made = type("Made", (Check,), {"op": "describe_subnets"})
Made().run()
