# Operations: ec2:DescribeVpcs, ec2:DescribeSubnets, rds:DescribeDBInstances, lambda:ListFunctions
import boto3
import json

CHECKS = {
    "vpcs": ("ec2", "describe_vpcs", "Vpcs"),
    "subnets": ("ec2", "describe_subnets", "Subnets"),
    "databases": ("rds", "describe_db_instances", "DBInstances"),
    "functions": ("lambda", "list_functions", "Functions"),
}

result = {}
for label, (service, operation, key) in CHECKS.items():
    client = boto3.client(service)
    if client.can_paginate(operation):
        items = []
        for page in client.get_paginator(operation).paginate():
            items.extend(page[key])
    else:
        items = getattr(client, operation)()[key]
    result[label] = len(items)
print(json.dumps(result))
