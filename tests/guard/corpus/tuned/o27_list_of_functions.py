# Operations: acm:ListCertificates, iam:ListServerCertificates, cloudfront:ListDistributions
import boto3


def acm_certs():
    acm = boto3.client("acm")
    return [c["DomainName"] for c in acm.list_certificates()["CertificateSummaryList"]]


def iam_certs():
    iam = boto3.client("iam")
    return [c["ServerCertificateName"] for c in iam.list_server_certificates()["ServerCertificateMetadataList"]]


def aliases():
    cf = boto3.client("cloudfront")
    return [a for d in cf.list_distributions()["DistributionList"].get("Items", []) for a in d["Aliases"].get("Items", [])]


for step in [acm_certs, iam_certs, aliases]:
    print(step.__name__, step())
