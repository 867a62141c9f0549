import json
import boto3
s3 = boto3.resource("s3")
print(json.dumps([{"name": b.name, "created": b.creation_date.isoformat()} for b in s3.buckets.all()]))
