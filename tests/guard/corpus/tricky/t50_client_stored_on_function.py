# Operations: ds:DescribeDirectories
import boto3


def directories():
    if not hasattr(directories, "client"):
        directories.client = boto3.client("ds")
    return directories.client.describe_directories()


print(directories())
