# Operations: ec2:DescribeSubnets
import dataclasses
import boto3
@dataclasses.dataclass
class Job:
    service: str
    op: str
j = Job("ec2", "describe_vpcs")
k = Job(**{**dataclasses.asdict(j), "op": "describe_subnets"})
getattr(boto3.client(k.service), k.op)()
