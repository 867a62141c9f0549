# Operations: ec2:DescribeVpcs
import boto3
class Borg:
    _state = {}
    def __init__(self):
        self.__dict__ = self._state
a, b = Borg(), Borg()
a.op = "describe_vpcs"
getattr(boto3.client("ec2"), b.op)()
