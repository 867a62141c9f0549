import json, boto3
body = boto3.client("s3").get_object(Bucket="mine", Key="a.json")["Body"]
text = body.read().decode("utf-8")
lines = boto3.client("s3").get_object(Bucket="mine", Key="a.json")["Body"].iter_lines()
print(json.dumps({"parsed": json.loads(text), "lines": len(list(lines))}))
