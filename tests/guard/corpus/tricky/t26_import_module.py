# Operations: ec2:DescribeInstances
import importlib

sdk = importlib.import_module("boto3")
print(sdk.client("ec2").describe_instances())
