"""Databases, their security groups, subnets, route tables and ACLs."""

from typing import Any

from benchmarks.baselines import Client, Given, everything, regions


def answer(client: Client, given: Given) -> list[str]:
    found = []
    for region in regions(client, given):
        databases = list(everything(client("rds", region), "describe_db_instances", "DBInstances"))
        if not databases:
            continue
        ec2 = client("ec2", region)
        groups = {g["VpcSecurityGroupId"] for one in databases for g in one["VpcSecurityGroups"]}
        known = ec2.describe_security_groups(GroupIds=list(groups))["SecurityGroups"]
        ec2.describe_network_acls()
        ec2.describe_route_tables()
        shut = {group["GroupId"] for group in known if not group["IpPermissions"]}
        found += [one["DBInstanceIdentifier"] for one in databases if _stops(one, shut)]
    return found


def _stops(database: dict[str, Any], shut: set[str]) -> bool:
    groups = {group["VpcSecurityGroupId"] for group in database["VpcSecurityGroups"]}
    return database["DBInstanceStatus"] != "available" or groups <= shut
