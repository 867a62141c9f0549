# Operations: ec2:DescribeSubnets, ec2:DescribeVpcs
import boto3
todo = ["describe_vpcs"]
while todo and (o := todo.pop()):
    getattr(boto3.client("ec2"), o)()
    if o == "describe_vpcs": todo.append("describe_subnets")
