# Operations: ec2:DescribeVpcs
import functools
import boto3
def deco(fn):
    @functools.wraps(fn)
    def inner(*a):
        return fn("describe_vpcs")
    return inner
@deco
def call(op):
    return getattr(boto3.client("ec2"), op)()
call()
call.__wrapped__("delete_vpc")  # undecided
