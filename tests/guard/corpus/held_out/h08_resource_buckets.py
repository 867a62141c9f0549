# Operations: s3:ListBuckets, s3:GetBucketAcl, s3:GetBucketPolicy, s3:ListObjects
import boto3

s3 = boto3.resource("s3")
for bucket in s3.buckets.all():
    print(bucket.name, bucket.creation_date)
    for grant in bucket.Acl().grants:
        print("  ", grant)
    try:
        print(bucket.Policy().policy)
    except Exception as exc:
        print(exc)
    for obj in bucket.objects.limit(5):
        print(obj.key, obj.size)
