# Operations: eks:ListClusters, eks:DescribeCluster, eks:ListAddons, iam:GetOpenIDConnectProvider, iam:ListOpenIDConnectProviders
from functools import cached_property
import boto3


class Eks:
    def __init__(self, region):
        self.region = region

    @cached_property
    def eks(self):
        return boto3.client("eks", region_name=self.region)

    @cached_property
    def iam(self):
        return boto3.client("iam")

    @cached_property
    def providers(self):
        return [p["Arn"] for p in self.iam.list_open_id_connect_providers()["OpenIDConnectProviderList"]]

    def clusters(self):
        for page in self.eks.get_paginator("list_clusters").paginate():
            for name in page["clusters"]:
                yield self.eks.describe_cluster(name=name)["cluster"]

    def report(self):
        for cluster in self.clusters():
            issuer = cluster["identity"]["oidc"]["issuer"].split("//")[1]
            matching = [p for p in self.providers if p.endswith(issuer)]
            details = self.iam.get_open_id_connect_provider(OpenIDConnectProviderArn=matching[0]) if matching else None
            yield cluster["name"], bool(details), self.eks.list_addons(clusterName=cluster["name"])["addons"]


for line in Eks("us-west-2").report():
    print(*line)
