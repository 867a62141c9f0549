# Operations: s3:ListBuckets, s3:GetBucketPolicy, s3:GetBucketCors, s3:GetBucketWebsite
import boto3
from botocore.exceptions import ClientError

s3 = boto3.client("s3")


def safe(call, *ignored, **kwargs):
    try:
        return call(**kwargs)
    except ClientError as error:
        if error.response["Error"]["Code"] in ignored:
            return None
        raise


for bucket in s3.list_buckets()["Buckets"]:
    name = bucket["Name"]
    print(name, safe(s3.get_bucket_policy, "NoSuchBucketPolicy", Bucket=name))
    print(name, safe(s3.get_bucket_cors, "NoSuchCORSConfiguration", Bucket=name))
    print(name, safe(s3.get_bucket_website, "NoSuchWebsiteConfiguration", Bucket=name))
