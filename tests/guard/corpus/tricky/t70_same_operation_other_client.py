# Operations: rds:DescribeEvents, redshift:DescribeClusters
import boto3


def events(client):
    return client.describe_events()["Events"]


def clusters(client):
    return client.describe_clusters()["Clusters"]


print(events(boto3.client("rds")), clusters(boto3.client("redshift")))
