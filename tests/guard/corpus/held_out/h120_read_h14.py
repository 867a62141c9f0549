# Operations: ecs:ListClusters, iam:ListUsers
import boto3
sess = boto3.Session()
getters = {}
for svc in ("iam", "ecs"):
    getters[svc] = lambda svc=svc: sess.client(svc)
getters["iam"]().list_users(); getters["ecs"]().list_clusters()
