import json, boto3
session = boto3.Session()
print(json.dumps({"has": "eu-west-1" in session.get_available_regions("ec2"), "services": "s3" in session.get_available_services()}))
