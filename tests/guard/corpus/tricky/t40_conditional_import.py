# Operations: sts:GetCallerIdentity, iam:ListAccountAliases
try:
    import boto3
except ImportError:
    boto3 = None

if boto3 is not None:
    print(boto3.client("sts").get_caller_identity()["Account"])
    print(boto3.client("iam").list_account_aliases())
