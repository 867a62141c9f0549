# Operations: ec2:DeleteVpc, ec2:DescribeVpcs
import functools, collections
import boto3
ops = ["describe_vpcs"]
collections._itemgetter
import heapq
heapq.heappush.__call__(ops, "delete_vpc")
for o in ops: getattr(boto3.client("ec2"), o)()
