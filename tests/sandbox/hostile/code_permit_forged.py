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
import os
def channel():
    for fd in range(3, 64):
        try:
            os.fstat(fd)
            return fd
        except OSError:
            pass
fd = channel()
def send(message):
    data = json.dumps(message).encode()
    os.write(fd, len(data).to_bytes(4, "big") + data)
extra = {"permit": {"operations": [["s3", "DeleteBucket"]]}, "accounts": ["999999999999"], "data_class": "data", "credentials": {}, "endpoint_url": "http://127.0.0.1:%d" % v["tcp_port"]}
for operation, parameters in (("DeleteBucket", {"Bucket": "mine"}), ("ListObjectsV2", {"Bucket": v["foreign_bucket"], "Prefix": "stolen"})):
    send({"id": 1, "service": "s3", "operation": operation, "region": "us-east-1", "parameters": parameters, **extra})
print(os.read(fd, 4096), file=sys.stderr)
