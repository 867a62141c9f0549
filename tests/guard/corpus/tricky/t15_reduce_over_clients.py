# Operations: cloudwatch:ListMetrics, logs:DescribeLogGroups
from functools import reduce
import boto3

calls = [(boto3.client("cloudwatch"), "list_metrics"), (boto3.client("logs"), "describe_log_groups")]
total = reduce(lambda acc, pair: acc + len(getattr(pair[0], pair[1])()), calls, 0)
print(total)
