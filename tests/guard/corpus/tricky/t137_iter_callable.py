# Operations: ec2:DeleteVpc
import boto3
ops = ["delete_vpc"]
for o in iter(ops.pop, None):
    getattr(boto3.client("ec2"), o)()
    break
