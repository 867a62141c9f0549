# Operations: ec2:DescribeKeyPairs, ec2:DescribeNatGateways
import boto3

ec2 = boto3.client("ec2")
print(getattr(ec2, "describe_%s" % "key_pairs")())
print(getattr(ec2, "_".join(["describe", "nat", "gateways"]))())
