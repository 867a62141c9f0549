# Operations: opensearch:ListDomainNames, opensearch:DescribeDomains
import boto3

client = None


def init(region):
    global client
    if client is None:
        client = boto3.client("opensearch", region_name=region)


def domains():
    names = [d["DomainName"] for d in client.list_domain_names()["DomainNames"]]
    return client.describe_domains(DomainNames=names)["DomainStatusList"]


init("us-east-1")
print(domains())
