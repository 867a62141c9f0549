# Operations: iam:GetUser
import boto3
iam = boto3.resource("iam")
class Any: pass
for u in [iam.User("x")]:
    match u:
        case object(arn=a): print(a)
