# Operations:
import boto3, timeit
timeit.timeit("boto3.client('iam').delete_user(UserName='x')", setup="import boto3", number=1)  # undecided
