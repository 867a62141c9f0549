import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
import os
def channel():
    for fd in range(3, 64):
        try:
            os.fstat(fd)
            return fd
        except OSError:
            pass
def channel_write(data):
    while data:
        data = data[os.write(channel(), data):]
def channel_raw(data):
    channel_write(len(data).to_bytes(4, "big") + data)
def channel_frame(message):
    channel_raw(json.dumps(message).encode())
def channel_read():
    n = int.from_bytes(os.read(channel(), 4), "big")
    data = b""
    while len(data) < n:
        data += os.read(channel(), n - len(data))
    return data
channel_frame({"id": 1, "service": "s3", "operation": "DeleteBucket", "region": "us-east-1", "parameters": {"Bucket": "mine"}})
print(channel_read(), file=sys.stderr)
