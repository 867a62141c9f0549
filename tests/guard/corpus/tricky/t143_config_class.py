# Operations: ec2:DescribeVpcs
import boto3, io
boto3.client("ec2").describe_vpcs()
class Config:
    def __init__(self):
        self.values = {}
    def load(self, stream):
        for line in stream:
            k, v = line.strip().split("=")
            self.values[k] = v
c = Config()
c.load(io.StringIO("op=delete_vpc"))
getattr(boto3.client("ec2"), c.values.get("op", "describe_vpcs"))()  # undecided
