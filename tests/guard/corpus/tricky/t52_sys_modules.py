# Operations: s3:ListBuckets
import sys
import boto3

print(sys.modules["boto3"].client("s3").list_buckets())
