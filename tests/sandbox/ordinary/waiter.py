import json, boto3
boto3.client("ec2").get_waiter("instance_running").wait(InstanceIds=["i-00000000"], WaiterConfig={"Delay": 1, "MaxAttempts": 3})
print(json.dumps({"running": True}))
