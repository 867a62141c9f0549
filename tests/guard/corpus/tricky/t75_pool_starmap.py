# Operations: ec2:DescribeVpcs, rds:DescribeDBSubnetGroups
from multiprocessing.pool import ThreadPool
import boto3


def fetch(client, operation):
    return getattr(client, operation)()


jobs = [(boto3.client("ec2"), "describe_vpcs"), (boto3.client("rds"), "describe_db_subnet_groups")]
with ThreadPool(2) as pool:
    print(pool.starmap(fetch, jobs))
    print(pool.apply_async(fetch, jobs[0]).get())
