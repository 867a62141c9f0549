# Operations: ec2:DescribeSubnets, ec2:DescribeVpcs
import dataclasses
import boto3
@dataclasses.dataclass
class Plan:
    ops: list = dataclasses.field(default_factory=list)
p = Plan()
p.ops.extend(["describe_vpcs"])
q = dataclasses.replace(p)
q.ops.append("describe_subnets")
for o in p.ops:
    getattr(boto3.client("ec2"), o)()
