# Operations: ec2:DescribeVpcs
import boto3
class Opts:
    def __init__(self, **kw):
        self.__dict__.update(kw)
o = Opts(service="ec2", op="describe_vpcs")
getattr(boto3.client(o.service), o.op)()
