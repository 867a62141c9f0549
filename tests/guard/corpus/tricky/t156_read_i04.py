# Operations: ecs:ListClusters, iam:ListUsers
import boto3
pairs = []
for svc in ("iam", "ecs"):
    c = boto3.client(svc)
    pairs.append(lambda c=c: c)
print(pairs[0]().list_users(), pairs[1]().list_clusters())
