# Operations: es:ListDomainNames, es:DescribeElasticsearchDomains
import boto3

es = boto3.client("es")
names = [d["DomainName"] for d in es.list_domain_names()["DomainNames"]]
for chunk in (names[i : i + 5] for i in range(0, len(names), 5)):
    for d in es.describe_elasticsearch_domains(DomainNames=chunk)["DomainStatusList"]:
        print(d["DomainName"], d.get("EncryptionAtRestOptions", {}).get("Enabled"))
