import json, boto3
bucket = boto3.resource("s3").Bucket("mine")
print(json.dumps(sorted(o.key for o in bucket.objects.filter(Prefix="logs/"))))
