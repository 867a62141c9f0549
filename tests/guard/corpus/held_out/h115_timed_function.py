# Operations: iam:ListUsers
import timeit
import boto3
iam = boto3.client("iam")
print(timeit.timeit(lambda: iam.list_users(), number=1))
