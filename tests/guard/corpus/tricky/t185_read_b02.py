# Operations: iam:GetRole, iam:GetUser
import boto3
iam = boto3.resource("iam")
print("{0.arn}".format(iam.User("x")))
print("%s" % hasattr(iam.Role("r"), "description"))
