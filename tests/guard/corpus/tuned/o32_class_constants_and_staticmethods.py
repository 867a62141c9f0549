# Operations: ec2:DescribeSecurityGroups, ec2:DescribeNetworkInterfaces
import boto3


class Scanner:
    CLIENT = boto3.client("ec2")

    @staticmethod
    def open_to_world(permission):
        return any(r["CidrIp"] == "0.0.0.0/0" for r in permission.get("IpRanges", []))

    @classmethod
    def groups(cls):
        for page in cls.CLIENT.get_paginator("describe_security_groups").paginate():
            for group in page["SecurityGroups"]:
                if any(cls.open_to_world(p) for p in group["IpPermissions"]):
                    yield group

    @classmethod
    def interfaces(cls, group_id):
        return cls.CLIENT.describe_network_interfaces(Filters=[{"Name": "group-id", "Values": [group_id]}])["NetworkInterfaces"]


for g in Scanner.groups():
    print(g["GroupId"], len(Scanner.interfaces(g["GroupId"])))
