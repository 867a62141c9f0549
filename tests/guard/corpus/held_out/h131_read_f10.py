# Operations: ec2:DescribeInstances, rds:DescribeDBInstances
import boto3
def inventory(service):
    c = boto3.client(service)
    match service:
        case "ec2": return c.describe_instances()
        case "rds": return c.describe_db_instances()
for s in ("ec2", "rds"): print(inventory(s))
