# Operations: s3:ListBuckets
import boto3
from acme_scanner import scan

s3 = boto3.client("s3")
print(s3.list_buckets())
scan(s3)  # undecided
