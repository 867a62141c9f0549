import contextlib, json, os, signal, sys, time
import boto3

@contextlib.contextmanager
def timed(name, into):
    start = time.perf_counter()
    try:
        yield
    finally:
        into[name] = round(time.perf_counter() - start, 3)

with contextlib.suppress(ValueError):
    signal.signal(signal.SIGINT, lambda *_: sys.exit(130))
timings = {}
with timed("vpcs", timings), contextlib.redirect_stdout(sys.stderr):
    print("progress")
    n = len(boto3.client("ec2").describe_vpcs()["Vpcs"])
print(json.dumps({"n": n, "timed": list(timings), "region": os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")}))
