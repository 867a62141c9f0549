# Operations: ec2:DescribeVpcs
import functools
import boto3
boto3.client("ec2").describe_vpcs()
run = lambda op: getattr(boto3.client("ec2"), op)()  # undecided
p = functools.partial(run, "describe_vpcs")
p.__setstate__((run, ("delete_vpc",), {}, {}))  # undecided
p()
