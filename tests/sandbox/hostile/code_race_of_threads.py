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
import threading, boto3
from concurrent.futures import ThreadPoolExecutor
s3 = boto3.client("s3")
params = {"Bucket": "mine", "Prefix": "ok"}
stop = threading.Event()
def swap():
    while not stop.is_set():
        params["Bucket"], params["Prefix"] = v["foreign_bucket"], "stolen"
        params["Bucket"], params["Prefix"] = "mine", "ok"
threading.Thread(target=swap, daemon=True).start()
with ThreadPoolExecutor(8) as pool:
    for _ in range(60):
        pool.submit(lambda: attempt(lambda: s3.list_objects_v2(**{"Bucket": params["Bucket"], "Prefix": "x"})))
stop.set()
