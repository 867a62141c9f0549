# Operations: ec2:DescribeTransitGateways, ec2:DescribeTransitGatewayAttachments, ram:ListResources
import boto3


def build(region):
    session = boto3.session.Session(region_name=region)
    return session.client("ec2"), session.client("ram"), region


ec2, ram, region = build("eu-west-1")
gateways = ec2.describe_transit_gateways()["TransitGateways"]
print(gateways, ec2.describe_transit_gateway_attachments(), ram.list_resources(resourceOwner="OTHER-ACCOUNTS"), region)
