# Operations: s3:GetObject, s3:ListObjectsV2
import boto3

s3 = boto3.client("s3")
for page in s3.get_paginator("list_objects_v2").paginate(Bucket="share"):
    for o in page.get("Contents", []):
        url = s3.generate_presigned_url("get_object", Params={"Bucket": "share", "Key": o["Key"]}, ExpiresIn=60)
        print(url)
