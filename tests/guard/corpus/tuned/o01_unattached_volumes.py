# Operations: ec2:DescribeRegions, ec2:DescribeVolumes
import csv
import sys
import boto3

session = boto3.Session()
writer = csv.writer(sys.stdout)
writer.writerow(["region", "volume", "size", "created"])
for region in [r["RegionName"] for r in session.client("ec2", "us-east-1").describe_regions()["Regions"]]:
    ec2 = session.resource("ec2", region_name=region)
    for volume in ec2.volumes.filter(Filters=[{"Name": "status", "Values": ["available"]}]):
        writer.writerow([region, volume.id, volume.size, volume.create_time])
