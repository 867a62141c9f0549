# Operations: ec2:DescribeRegions, ec2:DescribeAddresses
import queue
import threading

import boto3

work = queue.Queue()
results = []


def worker():
    while True:
        region = work.get()
        if region is None:
            break
        client = boto3.client("ec2", region_name=region)
        results.extend(client.describe_addresses()["Addresses"])
        work.task_done()


threads = [threading.Thread(target=worker, daemon=True) for _ in range(4)]
for t in threads:
    t.start()
for r in boto3.client("ec2").describe_regions()["Regions"]:
    work.put(r["RegionName"])
work.join()
print(len(results))
