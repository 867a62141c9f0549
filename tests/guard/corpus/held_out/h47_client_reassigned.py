# Operations: ec2:DescribeTags, autoscaling:DescribePolicies
import boto3

client = boto3.client("ec2")
tags = client.describe_tags()
client = boto3.client("autoscaling")
policies = client.describe_policies()
print(len(tags["Tags"]), len(policies["ScalingPolicies"]))
