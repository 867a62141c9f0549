# Operations: ec2:DescribeVpcs
import boto3
def login():
    yield "starting"
    return boto3.client("ec2")
def work():
    ec2 = yield from login()
    yield ec2.describe_vpcs()
for step in work():
    print(step)
