# Operations: ec2:DescribeVpcs
import boto3
def worker():
    ec2 = boto3.client("ec2")
    while True:
        op = yield
        getattr(ec2, op)()
w = worker()
next(w)
w.send("describe_vpcs")
