# Operations: ec2:DescribeVpcs, ec2:DescribeSubnets
import boto3

ec2 = boto3.resource("ec2")
vpc = ec2.Vpc("vpc-1")
print(ec2.Subnet("subnet-1") in vpc.subnets.all(), vpc.cidr_block)
