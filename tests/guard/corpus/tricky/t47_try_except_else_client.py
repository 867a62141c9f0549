# Operations: s3:GetBucketPolicy, s3:ListBuckets, s3:GetBucketAcl
import boto3

client = None
try:
    client = boto3.client("s3")
    names = client.list_buckets()["Buckets"]
except Exception:
    names = []
else:
    print(client.get_bucket_acl(Bucket=names[0]["Name"]))
finally:
    if client:
        print(client.get_bucket_policy(Bucket="x"))
