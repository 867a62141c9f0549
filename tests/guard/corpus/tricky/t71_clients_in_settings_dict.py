# Operations: rds:ListTagsForResource, elasticache:DescribeCacheClusters, rds:DescribeDBInstances
import boto3

SETTINGS = {
    "rds": {"client": boto3.client("rds"), "list": "describe_db_instances", "tags": True},
    "cache": {"client": boto3.client("elasticache"), "list": "describe_cache_clusters", "tags": False},
}


def run(name):
    s = SETTINGS[name]
    return getattr(s["client"], s["list"])()


print(run("rds"), run("cache"))
print(SETTINGS["rds"]["client"].list_tags_for_resource(ResourceName="arn:aws:rds:eu-west-1:123456789012:db:x"))
