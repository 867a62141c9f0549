# Operations: ec2:DescribeInstances, ec2:DescribeVpcs, rds:DescribeDBInstances, lambda:ListFunctions, s3:ListBuckets, sqs:ListQueues, sns:ListTopics, ecs:ListClusters, eks:ListClusters, dynamodb:ListTables
import boto3
import json

INVENTORY = [
    {"service": "ec2", "calls": [("describe_instances", "Reservations"), ("describe_vpcs", "Vpcs")]},
    {"service": "rds", "calls": [("describe_db_instances", "DBInstances")]},
    {"service": "lambda", "calls": [("list_functions", "Functions")]},
    {"service": "s3", "calls": [("list_buckets", "Buckets")]},
    {"service": "sqs", "calls": [("list_queues", "QueueUrls")]},
    {"service": "sns", "calls": [("list_topics", "Topics")]},
    {"service": "ecs", "calls": [("list_clusters", "clusterArns")]},
    {"service": "eks", "calls": [("list_clusters", "clusters")]},
    {"service": "dynamodb", "calls": [("list_tables", "TableNames")]},
]


class Inventory:
    def __init__(self, region):
        self.region = region
        self.result = {}

    def collect(self):
        for entry in INVENTORY:
            client = boto3.client(entry["service"], region_name=self.region)
            for operation, key in entry["calls"]:
                self.result.setdefault(entry["service"], {})[operation] = self._call(client, operation, key)
        return self.result

    def _call(self, client, operation, key):
        try:
            if client.can_paginate(operation):
                return [x for page in client.get_paginator(operation).paginate() for x in page.get(key, [])]
            return getattr(client, operation)().get(key, [])
        except Exception as error:
            return str(error)


print(json.dumps(Inventory("us-east-1").collect(), default=str))
