# Operations:
import timeit
timeit.timeit("boto3.client('iam').list_users()", setup="import boto3", number=1)  # undecided
