import json, sys
raw = sys.stdin.read()
print(json.dumps({"given": json.loads(raw) if raw.strip() else {}}))
