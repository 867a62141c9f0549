import json, time, boto3
from botocore.exceptions import ClientError
ec2 = boto3.client("ec2")
for attempt in range(5):
    try:
        zones = ec2.describe_availability_zones()["AvailabilityZones"]
        break
    except ClientError as error:
        if error.response["Error"]["Code"] != "RequestLimitExceeded":
            raise
        time.sleep(0.01 * 2 ** attempt)
print(json.dumps({"zones": len(zones), "attempts": attempt + 1}))
