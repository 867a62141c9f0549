import json, re, urllib.parse
import boto3
role = boto3.client("iam").get_role(RoleName="r")["Role"]
doc = role["AssumeRolePolicyDocument"]
if isinstance(doc, str):
    doc = json.loads(urllib.parse.unquote(doc))
statements = doc["Statement"] if isinstance(doc["Statement"], list) else [doc["Statement"]]
services = [re.sub(r"\.amazonaws\.com$", "", s["Principal"]["Service"]) for s in statements if s["Effect"] == "Allow"]
url = urllib.parse.urlparse(boto3.client("sqs").list_queues()["QueueUrls"][0])
print(json.dumps({"services": services, "path": url.path.split("/")[-1], "quoted": urllib.parse.quote("a b"), "q": urllib.parse.urlencode({"a": 1})}))
