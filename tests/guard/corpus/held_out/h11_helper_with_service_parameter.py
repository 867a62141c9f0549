# Operations: ecs:ListClusters, eks:ListClusters, ecs:DescribeClusters, eks:DescribeCluster
import boto3


def client(service, region="us-east-1"):
    return boto3.client(service, region_name=region)


def ecs_clusters():
    ecs = client("ecs")
    arns = ecs.list_clusters()["clusterArns"]
    return ecs.describe_clusters(clusters=arns)["clusters"]


def eks_clusters():
    eks = client("eks")
    return [eks.describe_cluster(name=n)["cluster"] for n in eks.list_clusters()["clusters"]]


print(ecs_clusters(), eks_clusters())
