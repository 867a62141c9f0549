# Operations: ec2:DescribeImages, ec2:DescribeSubnets, ec2:DescribeVpcs
from collections import deque
import boto3
q = deque(["describe_vpcs"])
q.appendleft("describe_subnets")
q.extendleft(["describe_images"])
q.rotate(1)
ec2 = boto3.client("ec2")
while q:
    getattr(ec2, q.popleft())()
