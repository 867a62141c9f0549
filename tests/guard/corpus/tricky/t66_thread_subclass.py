# Operations: ec2:DescribeSecurityGroups, ec2:DescribeRegions
import threading
import boto3


class Worker(threading.Thread):
    def __init__(self, client, out):
        super().__init__(daemon=True)
        self.client = client
        self.out = out

    def run(self):
        self.out.append(self.client.describe_security_groups())


out = []
workers = [Worker(boto3.client("ec2", region_name=r["RegionName"]), out) for r in boto3.client("ec2").describe_regions()["Regions"]]
for w in workers:
    w.start()
for w in workers:
    w.join()
