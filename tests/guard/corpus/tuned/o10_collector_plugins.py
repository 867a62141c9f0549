# Operations: rds:DescribeDBInstances, elasticache:DescribeCacheClusters, redshift:DescribeClusters, dynamodb:ListTables, dynamodb:DescribeTable
from abc import ABC, abstractmethod
from typing import Any, Dict, Iterator, List
import boto3


class Collector(ABC):
    service: str

    def __init__(self, session: boto3.Session, region: str) -> None:
        self._client = session.client(self.service, region_name=region)

    @abstractmethod
    def collect(self) -> Iterator[Dict[str, Any]]:
        raise NotImplementedError

    def _paginate(self, operation: str, key: str, **kwargs: Any) -> Iterator[Any]:
        for page in self._client.get_paginator(operation).paginate(**kwargs):
            yield from page[key]


class RdsCollector(Collector):
    service = "rds"

    def collect(self):
        for db in self._paginate("describe_db_instances", "DBInstances"):
            yield {"id": db["DBInstanceArn"], "engine": db["Engine"]}


class CacheCollector(Collector):
    service = "elasticache"

    def collect(self):
        yield from self._paginate("describe_cache_clusters", "CacheClusters", ShowCacheNodeInfo=True)


class RedshiftCollector(Collector):
    service = "redshift"

    def collect(self):
        return self._paginate("describe_clusters", "Clusters")


class DynamoCollector(Collector):
    service = "dynamodb"

    def collect(self):
        for name in self._paginate("list_tables", "TableNames"):
            yield self._client.describe_table(TableName=name)["Table"]


COLLECTORS: List[type] = [RdsCollector, CacheCollector, RedshiftCollector, DynamoCollector]


def run(region: str) -> List[Dict[str, Any]]:
    session = boto3.Session()
    found = []
    for collector in COLLECTORS:
        found.extend(collector(session, region).collect())
    return found


print(run("us-east-1"))
