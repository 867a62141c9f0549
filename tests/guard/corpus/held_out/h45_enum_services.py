# Operations: ec2:DescribeInstances, ecs:ListClusters
import enum
import boto3


class Service(str, enum.Enum):
    EC2 = "ec2"
    ECS = "ecs"


ec2 = boto3.client(Service.EC2.value)
ecs = boto3.client(Service.ECS)
print(ec2.describe_instances()["Reservations"], ecs.list_clusters()["clusterArns"])
