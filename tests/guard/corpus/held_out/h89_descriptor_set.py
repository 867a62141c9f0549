# Operations: ec2:DescribeVpcs
import boto3
class Verb:
    def __set_name__(self, owner, name):
        self.slot = "_" + name
    def __get__(self, obj, owner=None):
        return getattr(obj, "_value")
    def __set__(self, obj, value):
        obj._value = "describe_" + value
class T:
    op = Verb()
t = T()
t.op = "vpcs"
getattr(boto3.client("ec2"), t.op)()
