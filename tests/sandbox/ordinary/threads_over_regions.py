import json, boto3
from concurrent.futures import ThreadPoolExecutor, as_completed

def scan(region):
    ec2 = boto3.client("ec2", region_name=region)
    return region, sum(len(r["Instances"]) for p in ec2.get_paginator("describe_instances").paginate() for r in p["Reservations"])

regions = sorted(r["RegionName"] for r in boto3.client("ec2").describe_regions()["Regions"])
counts = {}
with ThreadPoolExecutor(max_workers=8) as pool:
    for future in as_completed([pool.submit(scan, r) for r in regions]):
        region, count = future.result()
        counts[region] = count
print(json.dumps(counts, sort_keys=True))
