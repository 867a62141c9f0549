import json
import boto3
session = boto3.Session()
regions = session.get_available_regions("lambda")
partitions = session.get_available_partitions()
print(json.dumps({"some": "us-east-1" in regions and len(regions) > 10, "aws": "aws" in partitions,
                  "resources": "dynamodb" in session.get_available_resources()}))
