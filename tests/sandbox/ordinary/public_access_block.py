import json
import boto3
from botocore.exceptions import ClientError

s3 = boto3.client("s3")
findings = []
for bucket in s3.list_buckets()["Buckets"]:
    try:
        s3.get_public_access_block(Bucket=bucket["Name"])
    except ClientError as e:
        if e.response["Error"]["Code"] == "NoSuchPublicAccessBlockConfiguration":
            findings.append(bucket["Name"])
        else:
            raise
print(json.dumps({"findings": findings}))
