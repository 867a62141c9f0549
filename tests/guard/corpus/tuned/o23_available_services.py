# Operations: ec2:DescribeRegions
import boto3

session = boto3.Session()
print([r["RegionName"] for r in session.client("ec2").describe_regions()["Regions"]])
for service in session.get_available_services():
    client = session.client(service)  # undecided
    print(service, client.meta.endpoint_url)
