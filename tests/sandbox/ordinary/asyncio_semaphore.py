import asyncio, functools, json
import boto3
ec2 = boto3.client("ec2")

async def call(semaphore, name, **kwargs):
    loop = asyncio.get_running_loop()
    async with semaphore:
        return await loop.run_in_executor(None, functools.partial(getattr(ec2, name), **kwargs))

async def main():
    semaphore = asyncio.Semaphore(4)
    async with asyncio.timeout(60):
        vpcs, groups = await asyncio.gather(call(semaphore, "describe_vpcs"), call(semaphore, "describe_security_groups"))
    await asyncio.sleep(0.01)
    return {"vpcs": len(vpcs["Vpcs"]), "groups": len(groups["SecurityGroups"])}

print(json.dumps(asyncio.run(main())))
