# Operations: cognito-idp:ListUserPools, cognito-idp:DescribeUserPool, cognito-idp:GetUserPoolMfaConfig
import boto3

idp = boto3.client("cognito-idp")
for pool in idp.list_user_pools(MaxResults=60)["UserPools"]:
    detail = idp.describe_user_pool(UserPoolId=pool["Id"])["UserPool"]
    mfa = idp.get_user_pool_mfa_config(UserPoolId=pool["Id"])
    print(pool["Name"], detail["Policies"]["PasswordPolicy"], mfa.get("MfaConfiguration"))
