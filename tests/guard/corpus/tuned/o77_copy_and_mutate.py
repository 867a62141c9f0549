# Operations: ec2:DescribeSubnets, ec2:DescribeVpcs
import copy
import boto3
a = {"ops": ["describe_vpcs"]}
b = copy.deepcopy(a)
b["ops"].append("describe_subnets")
for o in b["ops"]: getattr(boto3.client("ec2"), o)()
