# Operations: service-quotas:ListServiceQuotas, service-quotas:ListServices, ec2:DescribeVpcs
import boto3

quotas = boto3.client("service-quotas")
for page in quotas.get_paginator("list_services").paginate():
    for s in page["Services"]:
        if s["ServiceCode"] in {"vpc", "ec2", "lambda"}:
            for q in quotas.list_service_quotas(ServiceCode=s["ServiceCode"])["Quotas"]:
                print(q["QuotaName"], q["Value"])
print(len(boto3.client("ec2").describe_vpcs()["Vpcs"]))
