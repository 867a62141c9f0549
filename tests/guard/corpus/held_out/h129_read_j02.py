# Operations:
import boto3, typing
class A: x: "boto3.client('iam').delete_user(UserName='x')"
typing.get_type_hints(A)  # undecided
