# Operations: ec2:DescribeNetworkInterfaces, ec2:DescribeSecurityGroups
import boto3
LOOKUP = {"sg": ("describe_security_groups", "GroupIds"), "eni": ("describe_network_interfaces", "NetworkInterfaceIds")}
ec2 = boto3.client("ec2")
def look(kind, one):
    operation, parameter = LOOKUP[kind]
    return getattr(ec2, operation)(**{parameter: [one]})
for kind in LOOKUP:
    print(look(kind, "x"))
