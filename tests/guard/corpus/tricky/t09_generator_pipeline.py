# Operations: organizations:ListRoots, organizations:ListOrganizationalUnitsForParent, organizations:ListAccountsForParent
import boto3

org = boto3.client("organizations")


def units(parent):
    for page in org.get_paginator("list_organizational_units_for_parent").paginate(ParentId=parent):
        for unit in page["OrganizationalUnits"]:
            yield unit
            yield from units(unit["Id"])


def accounts():
    for root in org.list_roots()["Roots"]:
        for unit in units(root["Id"]):
            for page in org.get_paginator("list_accounts_for_parent").paginate(ParentId=unit["Id"]):
                yield from page["Accounts"]


print(sum(1 for _ in accounts()))
