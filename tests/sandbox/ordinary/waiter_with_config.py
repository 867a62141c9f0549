import json
import boto3
from botocore.exceptions import WaiterError
ec2 = boto3.client("ec2")
waiter = ec2.get_waiter("instance_running")
waiter.wait(InstanceIds=["i-00000000"], WaiterConfig={"Delay": 1, "MaxAttempts": 2})
try:
    ec2.get_waiter("instance_terminated").wait(InstanceIds=["i-00000000"], WaiterConfig={"Delay": 1, "MaxAttempts": 2})
    state = "terminated"
except WaiterError as error:
    state = "Max attempts exceeded" in str(error)
print(json.dumps({"running": True, "state": state}))
