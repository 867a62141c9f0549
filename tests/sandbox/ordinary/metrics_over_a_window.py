import json
from datetime import datetime, timedelta, timezone
import boto3
end = datetime.now(timezone.utc).replace(minute=0, second=0, microsecond=0)
start = end - timedelta(days=14)
cw = boto3.client("cloudwatch", region_name="us-east-1")
points = cw.get_metric_statistics(Namespace="AWS/Lambda", MetricName="Errors", Dimensions=[{"Name": "FunctionName", "Value": "f"}],
                                  StartTime=start, EndTime=end, Period=3600, Statistics=["Sum"])["Datapoints"]
total = sum(p["Sum"] for p in sorted(points, key=lambda p: p["Timestamp"]))
print(json.dumps({"total": total, "days": (end - start).days, "iso": end.strftime("%H:%M"), "epoch": end.timestamp() % 3600}))
