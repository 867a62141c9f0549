# Operations: s3:ListBuckets
import boto3
import json
import sys

wanted = json.load(sys.stdin)
s3 = boto3.client("s3")
print(s3.list_buckets())
print(getattr(s3, "get_bucket_" + wanted["what"])(Bucket=wanted["bucket"]))  # undecided
