# Operations: iam:ListUsers
import boto3
import datetime
for field in ("year", "month"):
    for user in boto3.client("iam").list_users()["Users"]:
        print(getattr(user["CreateDate"], field))
print(getattr(datetime, "date").today())
