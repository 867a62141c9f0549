# Operations: ec2:DescribeVpcEndpoints, ec2:DescribeRouteTables, ec2:DescribeVpcs
import boto3
from tabulate import tabulate
from tqdm import tqdm

ec2 = boto3.client("ec2")
rows = []
for vpc in tqdm(ec2.describe_vpcs()["Vpcs"]):
    f = [{"Name": "vpc-id", "Values": [vpc["VpcId"]]}]
    endpoints = ec2.describe_vpc_endpoints(Filters=f)["VpcEndpoints"]
    tables = ec2.describe_route_tables(Filters=f)["RouteTables"]
    rows.append([vpc["VpcId"], len(endpoints), len(tables)])
print(tabulate(rows, headers=["vpc", "endpoints", "tables"]))
