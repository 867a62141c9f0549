# Operations: ec2:DeleteVpc, ec2:DescribeVpcs
import operator
import boto3
def run(op): getattr(boto3.client("ec2"), op)()
run("describe_vpcs")
f = operator.attrgetter("append")
ops = []
f(ops)("delete_vpc")
for o in ops: run(o)
