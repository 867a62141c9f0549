# Operations: ec2:DeleteVpc, ec2:DescribeVpcs
import queue
import boto3
q = queue.Queue()
def run(op): getattr(boto3.client("ec2"), op)()
run("describe_vpcs")
q.put((run, "delete_vpc"))
f, x = q.get()
f(x)
