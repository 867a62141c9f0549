import json
import boto3

identity = boto3.client("sts").get_caller_identity()
print(json.dumps({"account": identity["Account"], "request": identity["ResponseMetadata"]["RequestId"] != ""}))
