import json
import boto3
ec2 = boto3.resource("ec2", region_name="us-east-1")
running = ec2.instances.filter(Filters=[{"Name": "instance-state-name", "Values": ["running"]}])
ids = [i.id for i in running.limit(3)]
bucket = boto3.resource("s3").Bucket("mine")
keys = [o.key for o in bucket.objects.filter(Prefix="logs/").limit(10)]
table = boto3.resource("dynamodb").Table("orders")
print(json.dumps({"ids": len(ids), "keys": keys, "table": table.table_status, "meta": ec2.meta.client.meta.region_name}))
