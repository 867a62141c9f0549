# Operations: rds:DescribeDBInstances, rds:DescribeDBClusters, rds:DescribeDBSnapshots
import boto3

rds = boto3.client("rds")
for noun in ("instances", "clusters", "snapshots"):
    method = getattr(rds, f"describe_db_{noun}")
    for key, value in method().items():
        if key.startswith("DB"):
            print(noun, len(value))
