# Operations: cloudwatch:DescribeAlarms, sns:ListSubscriptionsByTopic
import json
import logging
import os

import boto3

logger = logging.getLogger()
logger.setLevel(logging.INFO)
cloudwatch = boto3.client("cloudwatch")
sns = boto3.client("sns")


def lambda_handler(event, context):
    logger.info("event %s", json.dumps(event))
    prefix = os.environ.get("ALARM_PREFIX", "prod-")
    silent = []
    for page in cloudwatch.get_paginator("describe_alarms").paginate(AlarmNamePrefix=prefix):
        for alarm in page["MetricAlarms"]:
            for action in alarm["AlarmActions"]:
                if ":sns:" in action:
                    subs = sns.list_subscriptions_by_topic(TopicArn=action)["Subscriptions"]
                    if not subs:
                        silent.append(alarm["AlarmName"])
    return {"statusCode": 200, "body": json.dumps(silent)}
