# Operations: s3:ListBuckets, s3:ListObjects, s3:ListObjectVersions
import itertools
import boto3

s3 = boto3.resource("s3")
empty = [b.name for b in s3.buckets.all() if not any(b.objects.limit(1))]
first = list(itertools.islice(s3.Bucket("a").object_versions.all(), 3))
print(empty, first)
