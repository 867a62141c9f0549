# Operations: elb:DescribeLoadBalancers, elbv2:DescribeLoadBalancers
import boto3
import sys

if sys.stdin.read().strip() == "classic":
    lb = boto3.client("elb")
else:
    lb = boto3.client("elbv2")
print(lb.describe_load_balancers())
