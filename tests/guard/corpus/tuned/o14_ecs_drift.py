# Operations: ecs:ListClusters, ecs:ListServices, ecs:DescribeServices, ecs:DescribeTaskDefinition, ecr:DescribeImages
import boto3


class Ecs:
    def __init__(self):
        self.ecs = boto3.client("ecs")
        self.ecr = boto3.client("ecr")

    def clusters(self):
        return [arn for page in self.ecs.get_paginator("list_clusters").paginate() for arn in page["clusterArns"]]

    def services(self, cluster):
        arns = []
        for page in self.ecs.get_paginator("list_services").paginate(cluster=cluster):
            arns += page["serviceArns"]
        for i in range(0, len(arns), 10):
            yield from self.ecs.describe_services(cluster=cluster, services=arns[i : i + 10])["services"]

    def image(self, service):
        definition = self.ecs.describe_task_definition(taskDefinition=service["taskDefinition"])["taskDefinition"]
        return definition["containerDefinitions"][0]["image"]

    def age(self, image):
        repository, tag = image.split("/")[-1].split(":")
        return self.ecr.describe_images(repositoryName=repository, imageIds=[{"imageTag": tag}])["imageDetails"][0]["imagePushedAt"]


e = Ecs()
for c in e.clusters():
    for s in e.services(c):
        print(c, s["serviceName"], e.age(e.image(s)))
