import json, boto3
iam = boto3.client("iam")
try:
    iam.get_user(UserName="nobody")
    result = "found"
except iam.exceptions.NoSuchEntityException as error:
    result = error.response["Error"]["Code"]
print(json.dumps({"result": result}))
