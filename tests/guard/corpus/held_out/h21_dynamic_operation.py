# Operations: ec2:DescribeTags
import sys
import boto3

ec2 = boto3.client("ec2")
print(ec2.describe_tags()["Tags"])
operation = sys.argv[1]
print(getattr(ec2, operation)())  # undecided
