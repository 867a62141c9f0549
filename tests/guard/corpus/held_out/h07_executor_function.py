# Operations: ec2:DescribeRegions, ec2:DescribeSecurityGroups, ec2:DescribeNetworkInterfaces
import concurrent.futures
import boto3

session = boto3.session.Session()


def scan(region):
    ec2 = session.client("ec2", region_name=region)
    groups = []
    for page in ec2.get_paginator("describe_security_groups").paginate():
        groups += page["SecurityGroups"]
    enis = ec2.describe_network_interfaces()["NetworkInterfaces"]
    used = {g["GroupId"] for e in enis for g in e["Groups"]}
    return region, [g["GroupId"] for g in groups if g["GroupId"] not in used]


regions = [r["RegionName"] for r in session.client("ec2").describe_regions()["Regions"]]
with concurrent.futures.ThreadPoolExecutor() as executor:
    for region, unused in executor.map(scan, regions):
        print(region, unused)
