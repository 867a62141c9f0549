# Operations: ec2:DescribeNatGateways, ec2:DescribeNetworkInterfaces, ec2:DescribeSecurityGroups
import boto3
def describe(resource_type, *ids, _map={"sg": ("describe_security_groups","SecurityGroups","GroupIds"), "eni": ("describe_network_interfaces","NetworkInterfaces","NetworkInterfaceIds"), "nat": ("describe_nat_gateways","NatGateways","NatGatewayIds")}):
    op, key, arg = _map[resource_type]
    ec2 = boto3.client("ec2")
    return getattr(ec2, op)(**({arg: list(ids)} if ids else {}))[key]
used = {g["GroupId"] for e in describe("eni") for g in e["Groups"]}
print([g["GroupId"] for g in describe("sg") if g["GroupId"] not in used])
print(describe("nat"))
