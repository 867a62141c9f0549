# Operations: s3:GetBucketPolicyStatus, s3:GetBucketPolicy, s3:ListBuckets
import boto3

s3 = boto3.resource("s3")
low = s3.meta.client
for name in [b["Name"] for b in low.list_buckets()["Buckets"]]:
    try:
        print(low.get_bucket_policy_status(Bucket=name)["PolicyStatus"])
        print(low.get_bucket_policy(Bucket=name)["Policy"])
    except low.exceptions.ClientError as e:
        if e.response["Error"]["Code"] == "NoSuchBucketPolicy":
            print("none", low.meta.region_name)
        else:
            raise
