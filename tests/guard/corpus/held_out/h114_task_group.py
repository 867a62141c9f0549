# Operations: iam:ListUsers
import asyncio
import boto3
async def make(name):
    return boto3.client(name)
async def main():
    async with asyncio.TaskGroup() as group:
        task = group.create_task(make("iam"))
    print(task.result().list_users())
asyncio.run(main())
