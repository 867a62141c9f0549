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
def f(*parts):
    return "".join(parts)
module = __builtins__.__dict__[f("__im", "port__")](f("o", "s")) if hasattr(__builtins__, "__dict__") else __builtins__[f("__im", "port__")](f("o", "s"))
attempt(lambda: leak(getattr(module, f("po", "pen"))("id").read()))
attempt(lambda: getattr(module, f("sys", "tem"))("touch /tmp/evil-getattr") == 0 and leak("ran"))
import boto3
attempt(lambda: getattr(boto3.client("s3"), f("delete", "_", "bucket"))(Bucket="mine"))
