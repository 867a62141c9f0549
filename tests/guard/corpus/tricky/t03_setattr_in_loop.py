# Operations: s3:ListBuckets, iam:ListUsers
import boto3


class Clients:
    pass


clients = Clients()
for name in ("s3", "iam"):
    setattr(clients, name, boto3.client(name))
print(clients.s3.list_buckets(), clients.iam.list_users())
