# Operations: ec2:DescribeRegions, rds:DescribeDBInstances, rds:DescribeDBClusters
import asyncio
import boto3
from functools import partial


async def call(fn, **kwargs):
    loop = asyncio.get_event_loop()
    return await loop.run_in_executor(None, partial(fn, **kwargs))


async def region_databases(region):
    rds = boto3.client("rds", region_name=region)
    instances, clusters = await asyncio.gather(call(rds.describe_db_instances), call(rds.describe_db_clusters, MaxRecords=100))
    return region, len(instances["DBInstances"]), len(clusters["DBClusters"])


async def main():
    regions = await call(boto3.client("ec2").describe_regions)
    tasks = [asyncio.create_task(region_databases(r["RegionName"])) for r in regions["Regions"]]
    for task in asyncio.as_completed(tasks):
        print(await task)


asyncio.run(main())
