# Operations: ec2:DescribeInstances, eks:ListClusters, lambda:ListFunctions, rds:DescribeDBInstances
import boto3
def count(service, region):
    client = boto3.client(service, region_name=region)
    if service == "ec2":
        return len(client.describe_instances()["Reservations"])
    elif service == "rds":
        return len(client.describe_db_instances()["DBInstances"])
    elif service in ("lambda", "eks"):
        return len(client.list_functions()["Functions"]) if service == "lambda" else len(client.list_clusters()["clusters"])
    raise ValueError(service)
for s in ("ec2", "rds", "lambda", "eks"):
    print(s, count(s, "eu-west-1"))
