# Operations: s3:ListBuckets, cloudwatch:GetMetricData, s3:GetBucketLocation
import boto3
from datetime import datetime, timedelta, timezone

s3 = boto3.client("s3")
cache = {}


def cloudwatch(region):
    if region not in cache:
        cache[region] = boto3.client("cloudwatch", region_name=region)
    return cache[region]


def size(bucket, region):
    now = datetime.now(timezone.utc)
    query = {
        "Id": "size",
        "MetricStat": {"Metric": {"Namespace": "AWS/S3", "MetricName": "BucketSizeBytes", "Dimensions": [{"Name": "BucketName", "Value": bucket}]}, "Period": 86400, "Stat": "Average"},
    }
    values = cloudwatch(region).get_metric_data(MetricDataQueries=[query], StartTime=now - timedelta(days=2), EndTime=now)["MetricDataResults"][0]["Values"]
    return values[0] if values else 0


for b in s3.list_buckets()["Buckets"]:
    loc = s3.get_bucket_location(Bucket=b["Name"]).get("LocationConstraint") or "us-east-1"
    print(b["Name"], size(b["Name"], loc))
