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
attempt(lambda: leak(boto3.client("secretsmanager").get_secret_value(SecretId="x")))
attempt(lambda: leak(boto3.client("ssm").get_parameter(Name="x", WithDecryption=True)))
attempt(lambda: leak(boto3.client("s3").get_object(Bucket="mine", Key="k")["Body"].read()))
attempt(lambda: leak(boto3.client("dynamodb").scan(TableName="t")))
attempt(lambda: leak(boto3.client("sqs").receive_message(QueueUrl="https://sqs.us-east-1.amazonaws.com/123456789012/q")))
