# Operations: s3:ListObjects, s3:HeadObject, s3:GetObject, s3:GetBucketVersioning, s3:GetObjectAcl
import boto3

s3 = boto3.resource("s3")
bucket = s3.Bucket("logs")
print(bucket.Versioning().status)
for summary in bucket.objects.filter(Prefix="2024/"):
    print(summary.key, summary.size)
    obj = summary.Object()
    print(obj.content_type)
    body = obj.get()["Body"].read()
    print(len(body), obj.Acl().owner)
