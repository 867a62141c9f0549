# Operations: iam:GetRole
import boto3
bucket = boto3.resource("iam").Role("r")
print("{role.arn} and {role.name}".format(role=bucket))
