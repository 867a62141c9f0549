# Operations: ec2:DescribeSubnets
import boto3
class Recorder:
    def __setattr__(self, name, value):
        object.__setattr__(self, name, "describe_" + value)
r = Recorder()
r.op = "subnets"
getattr(boto3.client("ec2"), r.op)()
