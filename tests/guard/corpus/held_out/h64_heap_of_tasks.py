# Operations: ec2:DescribeSubnets, ec2:DescribeVpcs
import heapq
import boto3

tasks = []
heapq.heappush(tasks, (2, "describe_subnets"))
heapq.heappush(tasks, (1, "describe_vpcs"))
ec2 = boto3.client("ec2")
while tasks:
    _, op = heapq.heappop(tasks)
    getattr(ec2, op)()
