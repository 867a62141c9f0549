# Operations: ecs:ListClusters, lambda:ListFunctions
import boto3
getters = {}
for svc in ("lambda", "ecs"):
    getters[svc] = lambda svc=svc: boto3.client(svc)
print(getters["lambda"]().list_functions())
print(getters["ecs"]().list_clusters())
