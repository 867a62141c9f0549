import json, boto3
from botocore.config import Config
session = boto3.Session(region_name="eu-west-1")
ec2 = session.client("ec2", config=Config(retries={"max_attempts": 10, "mode": "adaptive"}, connect_timeout=5, max_pool_connections=50))
print(json.dumps({"region": ec2.meta.region_name, "n": len(ec2.describe_security_groups()["SecurityGroups"])}))
