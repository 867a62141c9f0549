# Operations: ec2:DeleteVpc
import boto3
def collect(target, words):
    for w in words:
        target.append(w.strip())
ops = []
collect(ops, "delete_vpc ".split("|"))
for o in ops:
    getattr(boto3.client("ec2"), o)()
