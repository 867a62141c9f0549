import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
import boto3, os, pathlib
for path in pathlib.Path(boto3.__file__).parent.rglob("*.pyc"):
    try:
        path.write_bytes(b"evil")
        leak(str(path))
    except OSError:
        pass
