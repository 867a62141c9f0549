# Operations: sts:GetCallerIdentity
import boto3

from common.aws import session_for


def report(account):
    session = session_for(account)
    ec2 = session.client("ec2")
    return ec2.describe_instances()  # undecided


print(boto3.client("sts").get_caller_identity()["Account"])
print(report("1234"))
