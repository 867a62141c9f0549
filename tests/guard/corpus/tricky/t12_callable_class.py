# Operations: acm:ListCertificates, acm:DescribeCertificate
import boto3


class Pager:
    def __init__(self, client, operation, key):
        self.client, self.operation, self.key = client, operation, key

    def __call__(self, **kwargs):
        for page in self.client.get_paginator(self.operation).paginate(**kwargs):
            yield from page[self.key]


acm = boto3.client("acm")
certificates = Pager(acm, "list_certificates", "CertificateSummaryList")
for c in certificates(CertificateStatuses=["ISSUED"]):
    print(acm.describe_certificate(CertificateArn=c["CertificateArn"]))
