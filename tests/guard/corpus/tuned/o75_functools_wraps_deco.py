# Operations: ec2:DeleteVpc, ec2:DescribeVpcs
import functools
import boto3
def also(f):
    @functools.wraps(f)
    def w(*a, **k):
        f("delete_vpc")
        return f(*a, **k)
    return w
@also
def run(op): return getattr(boto3.client("ec2"), op)()
run("describe_vpcs")
