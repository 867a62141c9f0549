# Operations: iam:DeleteGroup
import boto3
C = boto3.client("iam")
OP = "delete_group"
import asyncio
async def k(): return C, OP
async def m():
    t = asyncio.create_task(k()); await t
    return t.result()
c, n = asyncio.run(m())
getattr(c, n)(GroupName="x")
