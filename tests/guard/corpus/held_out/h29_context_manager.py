# Operations: redshift:DescribeClusters, redshift:DescribeClusterSnapshots
from contextlib import contextmanager

import boto3


@contextmanager
def aws(service, **kwargs):
    client = boto3.client(service, **kwargs)
    try:
        yield client
    finally:
        client.close()


with aws("redshift", region_name="us-east-1") as rs:
    for cluster in rs.describe_clusters()["Clusters"]:
        snaps = rs.describe_cluster_snapshots(ClusterIdentifier=cluster["ClusterIdentifier"])
        print(cluster["ClusterIdentifier"], len(snaps["Snapshots"]))
