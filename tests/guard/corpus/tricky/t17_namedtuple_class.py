# Operations: redshift:DescribeClusters, opensearch:ListDomainNames
from typing import NamedTuple
import boto3


class Source(NamedTuple):
    service: str
    operation: str
    key: str = "items"


SOURCES = (Source("redshift", "describe_clusters", "Clusters"), Source(service="opensearch", operation="list_domain_names"))
for source in SOURCES:
    client = boto3.client(source.service)
    print(getattr(client, source.operation)())
