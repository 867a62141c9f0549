# Operations: ec2:DeleteVpc, ec2:DescribeVpcs
import threading
import boto3
ops = ["describe_vpcs"]
t = threading.Thread(target=ops.append, args=("delete_vpc",))
t.start(); t.join()
for o in ops:
    getattr(boto3.client("ec2"), o)()
