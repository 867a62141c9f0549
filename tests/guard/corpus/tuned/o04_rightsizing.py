# Operations: compute-optimizer:GetEC2InstanceRecommendations, ec2:DescribeInstances, cloudwatch:GetMetricStatistics
import boto3
from datetime import datetime, timedelta

co = boto3.client("compute-optimizer")
ec2 = boto3.client("ec2")
cw = boto3.client("cloudwatch")
names = {}
for reservation in ec2.describe_instances()["Reservations"]:
    for instance in reservation["Instances"]:
        tags = {t["Key"]: t["Value"] for t in instance.get("Tags", [])}
        names[instance["InstanceId"]] = tags.get("Name", "-")
        stats = cw.get_metric_statistics(
            Namespace="AWS/EC2", MetricName="CPUUtilization", Dimensions=[{"Name": "InstanceId", "Value": instance["InstanceId"]}],
            StartTime=datetime.utcnow() - timedelta(days=14), EndTime=datetime.utcnow(), Period=3600, Statistics=["Average"],
        )
        print(max((d["Average"] for d in stats["Datapoints"]), default=0))
for rec in co.get_ec2_instance_recommendations()["instanceRecommendations"]:
    print(names.get(rec["instanceArn"].split("/")[-1]), rec["finding"])
