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
import importlib, importlib.util, sys, types
for name in ("cloudprobe", "cloudprobe.sandbox.child.channel", "cloudprobe.sandbox.broker", "boto3.session"):
    sys.modules.pop(name, None)
attempt(lambda: leak(importlib.import_module("cloudprobe.sandbox.broker")))
attempt(lambda: leak(importlib.import_module("cloudprobe.config")))
class Finder:
    def find_spec(self, name, path=None, target=None):
        return None
sys.meta_path.insert(0, Finder())
for module in ("botocore.client", "botocore.endpoint", "botocore.session", "boto3"):
    sys.modules.pop(module, None)
def fresh():
    import boto3
    boto3.client("s3", endpoint_url="http://127.0.0.1:%d" % v["tcp_port"], aws_access_key_id="a", aws_secret_access_key="b", region_name="us-east-1").list_buckets()
for name in [n for n in sys.modules if n.startswith(("botocore", "boto3"))]:
    del sys.modules[name]
attempt(fresh)
