# Operations: ec2:DescribeRegions, ec2:DescribeVolumes, rds:DescribeDBSnapshots
import boto3
from collections import defaultdict

clients = defaultdict(dict)
regions = [r["RegionName"] for r in boto3.client("ec2").describe_regions()["Regions"]]
for region in regions:
    for service in ["ec2", "rds"]:
        clients[region][service] = boto3.client(service, region_name=region)
for region in regions:
    print(clients[region]["ec2"].describe_volumes())
    print(clients[region]["rds"].describe_db_snapshots())
