# Operations:
import cProfile
cProfile.run("import boto3; boto3.client('iam').list_users()")  # undecided
