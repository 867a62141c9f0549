import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
import os
os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"] = "http://127.0.0.1:%d/creds" % v["tcp_port"]
from botocore.utils import ContainerMetadataFetcher
leak(ContainerMetadataFetcher().retrieve_full_uri(os.environ["AWS_CONTAINER_CREDENTIALS_FULL_URI"]))
