# Operations: ec2:DescribeRegions, ec2:DescribeSnapshots
from concurrent.futures import ThreadPoolExecutor, wait
import boto3

found = []


def snapshots(client):
    return client.describe_snapshots(OwnerIds=["self"])["Snapshots"]


def done(future):
    found.extend(future.result())


pool = ThreadPoolExecutor()
jobs = []
for r in boto3.client("ec2").describe_regions()["Regions"]:
    job = pool.submit(snapshots, boto3.client("ec2", region_name=r["RegionName"]))
    job.add_done_callback(done)
    jobs.append(job)
wait(jobs)
print(len(found))
