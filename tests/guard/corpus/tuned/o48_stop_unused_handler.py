# Operations: rds:DescribeDBInstances, rds:StopDBInstance, cloudwatch:GetMetricStatistics, sns:Publish
import os
import boto3
from datetime import datetime, timedelta

TOPIC = os.environ["TOPIC_ARN"]
rds = boto3.client("rds")
cloudwatch = boto3.client("cloudwatch")
sns = boto3.client("sns")


def idle(identifier):
    points = cloudwatch.get_metric_statistics(
        Namespace="AWS/RDS", MetricName="DatabaseConnections", Dimensions=[{"Name": "DBInstanceIdentifier", "Value": identifier}],
        StartTime=datetime.utcnow() - timedelta(hours=6), EndTime=datetime.utcnow(), Period=3600, Statistics=["Maximum"])["Datapoints"]
    return not any(p["Maximum"] for p in points)


def handler(event, _):
    stopped = []
    for db in rds.describe_db_instances()["DBInstances"]:
        if db["DBInstanceStatus"] == "available" and idle(db["DBInstanceIdentifier"]):
            rds.stop_db_instance(DBInstanceIdentifier=db["DBInstanceIdentifier"])
            stopped.append(db["DBInstanceIdentifier"])
    if stopped:
        sns.publish(TopicArn=TOPIC, Subject="stopped", Message="\n".join(stopped))
    return stopped
