# Operations: s3:ListBuckets
import boto3

s3 = boto3.client("s3")
print(s3.list_buckets())
print(eval("s3.get_bucket_acl(Bucket='x')"))  # undecided
