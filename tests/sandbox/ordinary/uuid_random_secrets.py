import json, random, secrets, string, uuid
import boto3
random.seed(7)
sample = random.sample(range(100), 3)
token = secrets.token_hex(8)
session = f"audit-{uuid.uuid4()}"
account = boto3.client("sts").get_caller_identity()["Account"]
print(json.dumps({"n": len(sample), "token": len(token), "session": len(session), "ns": str(uuid.uuid5(uuid.NAMESPACE_DNS, account)),
                  "letters": string.ascii_lowercase[:3], "os": len(random.SystemRandom().choices("ab", k=4))}))
