# Operations: iam:DeleteGroup
import boto3
C = boto3.client("iam")
OP = "delete_group"
class A:
    __slots__ = ("__c", "__n")
    def __init__(self): self.__c = C; self.__n = OP
a = A(); c, n = a._A__c, getattr(a, "_A__n")
getattr(c, n)(GroupName="x")
