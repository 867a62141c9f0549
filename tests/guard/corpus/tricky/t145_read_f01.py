# Operations: ecs:ListClusters, eks:ListClusters, rds:DescribeDBClusters
import boto3
from concurrent.futures import ThreadPoolExecutor
session = boto3.Session()
tasks = []
for svc, op, key in [("rds", "describe_db_clusters", "DBClusters"), ("eks", "list_clusters", "clusters"), ("ecs", "list_clusters", "clusterArns")]:
    client = session.client(svc)
    tasks.append(lambda client=client, op=op, key=key: getattr(client, op)().get(key, []))
with ThreadPoolExecutor() as ex:
    print(list(ex.map(lambda t: t(), tasks)))
