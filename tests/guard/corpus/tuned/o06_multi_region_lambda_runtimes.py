# Operations: lambda:ListFunctions, ec2:DescribeRegions
import boto3, json
from botocore.config import Config

DEPRECATED = {"python3.6", "python3.7", "nodejs12.x"}
config = Config(retries={"max_attempts": 10, "mode": "adaptive"})


def functions(region):
    client = boto3.client("lambda", region_name=region, config=config)
    return [f for page in client.get_paginator("list_functions").paginate() for f in page["Functions"]]


output = {}
for region in boto3.client("ec2").describe_regions(AllRegions=False)["Regions"]:
    name = region["RegionName"]
    output[name] = [f["FunctionName"] for f in functions(name) if f.get("Runtime") in DEPRECATED]
print(json.dumps(output, indent=2))
