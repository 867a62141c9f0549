# Operations: ec2:DescribeSubnets, ec2:DescribeVpcs
import enum
import boto3
class Op(enum.Enum):
    VPCS = "describe_vpcs"
    SUBNETS = "describe_subnets"
    def run(self):
        return getattr(boto3.client("ec2"), self.value)()
for o in Op:
    o.run()
