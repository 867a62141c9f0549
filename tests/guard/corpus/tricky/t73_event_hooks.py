# Operations: s3:ListBuckets
import boto3

s3 = boto3.client("s3")
s3.meta.events.register("before-sign.s3", lambda **kw: None)
print(s3.list_buckets())
