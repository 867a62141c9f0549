# Operations:
import boto3, cProfile
cProfile.run("import boto3; boto3.client('iam').delete_user(UserName='x')")  # undecided
