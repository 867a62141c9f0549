# Operations: ce:GetCostAndUsage, ce:GetDimensionValues
import datetime as dt
import boto3

ce = boto3.client("ce", region_name="us-east-1")
today = dt.date.today()
start = today.replace(day=1).isoformat()
result = ce.get_cost_and_usage(
    TimePeriod={"Start": start, "End": today.isoformat()},
    Granularity="MONTHLY",
    Metrics=["UnblendedCost"],
    GroupBy=[{"Type": "DIMENSION", "Key": "SERVICE"}],
)
for group in result["ResultsByTime"][0]["Groups"]:
    print(group["Keys"][0], group["Metrics"]["UnblendedCost"]["Amount"])
print(ce.get_dimension_values(TimePeriod={"Start": start, "End": today.isoformat()}, Dimension="REGION")["DimensionValues"])
