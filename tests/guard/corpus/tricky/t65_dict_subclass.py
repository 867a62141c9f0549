# Operations: acm:ListCertificates, ecr:DescribeRepositories, ecs:ListClusters
import boto3


class Clients(dict):
    def __missing__(self, service):
        self[service] = boto3.client(service)
        return self[service]


clients = Clients()
print(clients["acm"].list_certificates(), clients["ecr"].describe_repositories())
clients["ecs"] = boto3.client("ecs")
print(clients.get("ecs").list_clusters())
