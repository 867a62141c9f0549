# Operations: resourcegroupstaggingapi:GetResources
import boto3

tagging = boto3.client("resourcegroupstaggingapi")
services = set()
for page in tagging.get_paginator("get_resources").paginate():
    for r in page["ResourceTagMappingList"]:
        services.add(r["ResourceARN"].split(":")[2])
for service in services:
    client = boto3.client(service)  # undecided
    print(service, client.meta.region_name)
