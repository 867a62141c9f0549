# Operations: ecr:DescribeRepositories, ecr:DescribeImages, guardduty:ListDetectors
import functools

import boto3


@functools.lru_cache(maxsize=None)
def get_client(service, region):
    return boto3.client(service, region_name=region)


def stale(region):
    ecr = get_client("ecr", region)
    for repo in ecr.describe_repositories()["repositories"]:
        images = get_client("ecr", region).describe_images(repositoryName=repo["repositoryName"])
        yield repo["repositoryName"], len(images["imageDetails"])


for region in ("us-east-1", "eu-west-1"):
    print(list(stale(region)))
    print(get_client("guardduty", region).list_detectors()["DetectorIds"])
