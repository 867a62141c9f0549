# Operations: s3:ListObjectsV2, s3:GetObject, s3:PutObject
import gzip
import io
import json
import boto3


def main(bucket="raw", prefix="events/", target="clean"):
    s3 = boto3.client("s3")
    paginator = s3.get_paginator("list_objects_v2")
    keys = (o["Key"] for page in paginator.paginate(Bucket=bucket, Prefix=prefix) for o in page.get("Contents", ()))
    for key in keys:
        body = s3.get_object(Bucket=bucket, Key=key)["Body"]
        with gzip.GzipFile(fileobj=io.BytesIO(body.read())) as f:
            rows = [json.loads(line) for line in f]
        out = "\n".join(json.dumps(r) for r in rows if r.get("ok"))
        s3.put_object(Bucket=target, Key=key.replace(".gz", ""), Body=out.encode())


if __name__ == "__main__":
    main()
