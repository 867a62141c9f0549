# Operations: iam:DeleteAccountAlias, iam:ListUsers
import boto3
def deco(cls):
    for n in ("delete_account_alias", "list_users"):
        setattr(cls, n, property(lambda self, n=n: getattr(boto3.client("iam"), n)))
    return cls
@deco
class A: pass
print(A().delete_account_alias(AccountAlias="alias"), A().list_users())
