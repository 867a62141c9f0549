# Operations: ec2:DescribeInstances, ec2:DescribeVpcs
import boto3
from botocore import xform_name

ec2 = boto3.client("ec2")
for api in ("DescribeInstances", "DescribeVpcs"):
    print(getattr(ec2, xform_name(api))())
