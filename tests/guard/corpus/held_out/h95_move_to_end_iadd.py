# Operations: ec2:DescribeImages, ec2:DescribeSubnets, ec2:DescribeVpcs
import collections
import boto3
d = collections.OrderedDict(a="describe_vpcs")
d.update({"b": "describe_subnets"})
d.move_to_end("a")
ops = list(d.values())
ops += ("describe_images",)
for o in ops:
    getattr(boto3.client("ec2"), o)()
