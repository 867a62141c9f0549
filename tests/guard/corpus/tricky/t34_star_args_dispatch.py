# Operations: ecr:DescribeRepositories, ecr:GetLifecyclePolicy
import boto3

JOBS = [("ecr", "describe_repositories", {}), ("ecr", "get_lifecycle_policy", {"repositoryName": "web"})]


def run(service, operation, params):
    return getattr(boto3.client(service), operation)(**params)


for job in JOBS:
    print(run(*job))
