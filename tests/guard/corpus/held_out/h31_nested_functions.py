# Operations: ssm:DescribeInstanceInformation, ssm:ListComplianceItems
import boto3


def make_reader(region):
    ssm = boto3.client("ssm", region_name=region)

    def managed():
        return [i["InstanceId"] for p in ssm.get_paginator("describe_instance_information").paginate() for i in p["InstanceInformationList"]]

    def compliance(instance_id):
        return ssm.list_compliance_items(ResourceIds=[instance_id], ResourceTypes=["ManagedInstance"])["ComplianceItems"]

    return managed, compliance


managed, compliance = make_reader("us-east-1")
print({i: compliance(i) for i in managed()})
