import json, sys
import boto3
variables = json.loads(sys.stdin.read() or "{}")
iam, users, marker = boto3.client("iam"), [], None
while True:
    page = iam.list_users(**({"Marker": marker} if marker else {}), MaxItems=5)
    users += [u["UserName"] for u in page["Users"]]
    if not (marker := page.get("Marker")):
        break
match variables:
    case {"max_age_days": int(days)}:
        kind = f"days {days}"
    case _:
        kind = "none"
print(json.dumps({"n": len(users), "kind": kind, "ages": f"{len(users):>5}"}))
