import json, boto3
iam = boto3.client("iam")
document = iam.get_role(RoleName="r")["Role"]["AssumeRolePolicyDocument"]
statements = document["Statement"] if isinstance(document["Statement"], list) else [document["Statement"]]
print(json.dumps([s["Principal"] for s in statements]))
