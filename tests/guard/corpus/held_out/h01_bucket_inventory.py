# Operations: s3:ListBuckets, s3:GetBucketLocation, s3:GetBucketEncryption, s3:GetBucketVersioning
import boto3
from botocore.exceptions import ClientError

s3 = boto3.client("s3")

for bucket in s3.list_buckets()["Buckets"]:
    name = bucket["Name"]
    region = s3.get_bucket_location(Bucket=name)["LocationConstraint"] or "us-east-1"
    try:
        enc = s3.get_bucket_encryption(Bucket=name)
        rules = enc["ServerSideEncryptionConfiguration"]["Rules"]
    except ClientError as e:
        rules = None
    versioning = s3.get_bucket_versioning(Bucket=name).get("Status", "Disabled")
    print(name, region, bool(rules), versioning)
