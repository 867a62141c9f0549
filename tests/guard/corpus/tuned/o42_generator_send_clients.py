# Operations: ec2:DescribeRegions, ec2:DescribeNatGateways, ec2:DescribeAddresses
import boto3


def clients():
    base = boto3.client("ec2")
    for region in base.describe_regions()["Regions"]:
        yield region["RegionName"], boto3.client("ec2", region_name=region["RegionName"])


for region, client in clients():
    gateways = client.describe_nat_gateways()["NatGateways"]
    used = {a["AllocationId"] for g in gateways for a in g["NatGatewayAddresses"]}
    free = [a["PublicIp"] for a in client.describe_addresses()["Addresses"] if a.get("AllocationId") not in used]
    print(region, free)
