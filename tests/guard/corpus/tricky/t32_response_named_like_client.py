# Operations: cloudtrail:DescribeTrails
import boto3

trails = boto3.client("cloudtrail").describe_trails()["trailList"]
index = {t["Name"]: t for t in trails}
for name, trail in index.items():
    copy = trail.copy()
    copy.update(x=1)
    print(name, copy.get("HomeRegion"), index.pop)
