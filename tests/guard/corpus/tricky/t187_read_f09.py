# Operations: ec2:DescribeInstances, lambda:ListFunctions, rds:DescribeDBInstances
import boto3
def inventory(service, region="eu-west-1"):
    c = boto3.client(service, region_name=region)
    if service == "ec2": return c.describe_instances()["Reservations"]
    if service == "rds": return c.describe_db_instances()["DBInstances"]
    if service == "lambda": return c.list_functions()["Functions"]
    raise ValueError(service)
for s in ("ec2", "rds", "lambda"): print(s, len(inventory(s)))
