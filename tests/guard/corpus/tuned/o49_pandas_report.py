# Operations: ec2:DescribeReservedInstances, ec2:DescribeInstances, savingsplans:DescribeSavingsPlans
import boto3
import pandas as pd

ec2 = boto3.client("ec2")
reserved = pd.DataFrame(ec2.describe_reserved_instances()["ReservedInstances"])
running = pd.json_normalize(ec2.describe_instances()["Reservations"], "Instances")
plans = pd.DataFrame(boto3.client("savingsplans").describe_savings_plans()["savingsPlans"])
merged = running.groupby("InstanceType").size().to_frame("running").join(reserved.groupby("InstanceType")["InstanceCount"].sum())
merged.query("running > InstanceCount").to_csv("gap.csv")
print(len(plans))
