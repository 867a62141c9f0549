import json, boto3
sqs = boto3.client("sqs")
out = {}
for url in sqs.list_queues().get("QueueUrls", []):
    out[url.rsplit("/", 1)[-1]] = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
print(json.dumps(out))
