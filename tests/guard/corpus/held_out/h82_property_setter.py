# Operations: ec2:DescribeSubnets, ec2:DescribeVpcs
import boto3
boto3.client("ec2").describe_vpcs()
class Task:
    def __init__(self):
        self._op = "describe_vpcs"
    @property
    def op(self):
        return self._op
    @op.setter
    def op(self, noun):
        self._op = "describe_" + noun
t = Task()
t.op = "subnets"
getattr(boto3.client("ec2"), t.op)()
