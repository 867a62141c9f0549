# Operations: iam:ListUsers, kms:ListKeys
import boto3
def show_users():
    print(boto3.client("iam").list_users())
def show_keys():
    print(boto3.client("kms").list_keys())
ALL = {name[5:]: f for name, f in list(globals().items()) if name.startswith("show_")}
for name, f in ALL.items():
    f()
