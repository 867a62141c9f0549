# Operations: ec2:DescribeAddresses
import boto3


def report(ec2):
    return len(ec2)


ec2 = boto3.client("ec2")
print(report(ec2.describe_addresses()["Addresses"]))
