# Operations: ec2:DescribeInstances, rds:DescribeDBInstances
import boto3


def fetch(operation, service="ec2", **kwargs):
    client = boto3.client(service, **kwargs)
    return getattr(client, operation)()


print(fetch("describe_instances"))
print(fetch("describe_db_instances", service="rds", region_name="eu-west-1"))
