# Operations: ec2:DeleteVpc, ec2:DescribeVpcs
import functools
import boto3
p = functools.partial(lambda op: getattr(boto3.client("ec2"), op)(), "describe_vpcs")
p()
p.func("delete_vpc")
