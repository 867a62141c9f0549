# Operations: cloudwatch:ListMetrics, cloudwatch:GetMetricData
import boto3
import datetime as dt
from itertools import islice

cw = boto3.client("cloudwatch")


def chunks(iterable, size):
    iterator = iter(iterable)
    while chunk := list(islice(iterator, size)):
        yield chunk


metrics = (m for page in cw.get_paginator("list_metrics").paginate(Namespace="AWS/ApplicationELB") for m in page["Metrics"])
end = dt.datetime.now(dt.timezone.utc)
for chunk in chunks(metrics, 500):
    queries = [{"Id": f"m{i}", "MetricStat": {"Metric": m, "Period": 300, "Stat": "Sum"}} for i, m in enumerate(chunk)]
    pages = cw.get_paginator("get_metric_data").paginate(MetricDataQueries=queries, StartTime=end - dt.timedelta(hours=3), EndTime=end)
    for result in (r for p in pages for r in p["MetricDataResults"]):
        print(result["Label"], sum(result["Values"]))
