# Operations: ec2:DescribeSubnets, ec2:DescribeVpcs
import boto3, dataclasses
@dataclasses.dataclass(frozen=True)
class A:
    op: str
    def go(self): return getattr(boto3.client("ec2"), self.op)()
a = A("describe_vpcs"); b = dataclasses.replace(a, op="describe_subnets")
a.go(); b.go()
