# Operations: ec2:DescribeInstances
import boto3

ec2 = boto3.client("ec2")
print(ec2.describe_instances())
print(ec2.describe_idle_instances())  # undecided
