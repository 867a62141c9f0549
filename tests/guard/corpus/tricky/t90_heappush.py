# Operations: ec2:CreateDefaultVpc, ec2:DescribeVpcs
import boto3, operator, bisect, heapq
ops = ["describe_vpcs"]
heapq.heappush(ops, "create_default_vpc")
for o in ops: getattr(boto3.client("ec2"), o)()
