# Operations: ec2:DescribeVpcs
import boto3
boto3.client("ec2").describe_vpcs()
config = {}
def load(text):
    for line in text.splitlines():
        k, _, v = line.partition("=")
        config[k.strip()] = v.strip()
import tempfile, pathlib
p = pathlib.Path(tempfile.mkdtemp()) / "x"
p.write_text("op=describe_subnets")
load(p.read_text())
getattr(boto3.client("ec2"), config.get("op", "describe_vpcs"))()  # undecided
