# Operations: rds:ListTagsForResource, rds:DescribeDBInstances, elasticache:DescribeCacheClusters
import boto3


class Service:
    def __init__(self, name, region):
        self.name = name
        self.client = boto3.client(name, region_name=region)


class Rds(Service):
    def __init__(self, region):
        super().__init__("rds", region)

    def inventory(self):
        for db in self.client.describe_db_instances()["DBInstances"]:
            tags = self.client.list_tags_for_resource(ResourceName=db["DBInstanceArn"])
            yield db["DBInstanceIdentifier"], tags["TagList"]


class Cache(Service):
    def __init__(self, region):
        super().__init__("elasticache", region)

    def inventory(self):
        for c in self.client.describe_cache_clusters()["CacheClusters"]:
            yield c["CacheClusterId"], []


for service in (Rds("eu-west-1"), Cache("eu-west-1")):
    for row in service.inventory():
        print(service.name, row)
