# Operations: backup:ListProtectedResources, rds:DescribeDBInstances, dynamodb:ListTables, dynamodb:DescribeContinuousBackups, efs:DescribeFileSystems
import boto3

protected = {r["ResourceArn"] for p in boto3.client("backup").get_paginator("list_protected_resources").paginate() for r in p["Results"]}


def databases():
    for page in boto3.client("rds").get_paginator("describe_db_instances").paginate():
        for db in page["DBInstances"]:
            yield db["DBInstanceArn"], db["BackupRetentionPeriod"] > 0


def tables():
    client = boto3.client("dynamodb")
    for page in client.get_paginator("list_tables").paginate():
        for name in page["TableNames"]:
            d = client.describe_continuous_backups(TableName=name)["ContinuousBackupsDescription"]
            yield name, d["PointInTimeRecoveryDescription"]["PointInTimeRecoveryStatus"] == "ENABLED"


def file_systems():
    return ((f["FileSystemArn"], False) for f in boto3.client("efs").describe_file_systems()["FileSystems"])


for source in (databases, tables, file_systems):
    for name, own in source():
        if not own and name not in protected:
            print(source.__name__, name)
