# Operations: iam:ListUsers, sts:GetCallerIdentity
import boto3
class Inventory:
    def __init__(self):
        self.__iam = boto3.client("iam")
    def __users(self):
        return self.__iam.list_users()["Users"]
    def report(self):
        return len(self.__users())
class Wider(Inventory):
    def __users(self):
        return boto3.client("sts").get_caller_identity()
    def both(self):
        return self.report(), self.__users()
print(Wider().both())
