import json, boto3
from datetime import datetime, timedelta
cw = boto3.client("cloudwatch")
end = datetime.utcnow()
stats = cw.get_metric_statistics(Namespace="AWS/Lambda", MetricName="Errors", Dimensions=[{"Name": "FunctionName", "Value": "f"}],
    StartTime=end - timedelta(hours=24), EndTime=end, Period=3600, Statistics=["Sum"])
print(json.dumps({"sum": sum(p["Sum"] for p in stats["Datapoints"]), "last": max(p["Timestamp"] for p in stats["Datapoints"]).isoformat()}))
