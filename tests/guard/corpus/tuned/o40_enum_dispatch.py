# Operations: logs:DescribeMetricFilters, cloudwatch:DescribeAlarms
from enum import Enum
import boto3


class Check(Enum):
    FILTERS = ("logs", "describe_metric_filters")
    ALARMS = ("cloudwatch", "describe_alarms")

    def run(self):
        service, operation = self.value
        return getattr(boto3.client(service), operation)()


for check in Check:
    print(check.name, check.run())
