import json, boto3
from botocore.exceptions import ParamValidationError
try:
    boto3.client("ec2").describe_instances(InstanceIds="i-1")
    result = "accepted"
except ParamValidationError as error:
    result = "Invalid type for parameter InstanceIds" in str(error)
print(json.dumps({"result": result}))
