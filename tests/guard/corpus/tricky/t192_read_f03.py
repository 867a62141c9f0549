# Operations: ec2:DescribeSubnets, ec2:DescribeVpcs, rds:DescribeDBInstances, rds:DescribeDBSubnetGroups
import asyncio, boto3
async def fetch(region, svc, op):
    client = boto3.client(svc, region_name=region)
    return region, client, await asyncio.to_thread(getattr(client, op))
async def main():
    tasks = [asyncio.create_task(fetch("eu-west-1", "rds", "describe_db_instances"))]
    done, pending = await asyncio.wait(tasks)
    for t in done:
        region, client, res = t.result()
        print(region, client.describe_db_subnet_groups(), len(res))
    async with asyncio.TaskGroup() as tg:
        a = tg.create_task(fetch("us-east-1", "ec2", "describe_vpcs"))
    print(a.result()[1].describe_subnets())
asyncio.run(main())
