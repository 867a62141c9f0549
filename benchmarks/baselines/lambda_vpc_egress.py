"""The function's subnets, route tables, gateways, groups, ACLs, endpoints."""

from benchmarks.baselines import Client, Given, everything, regions


def answer(client: Client, given: Given) -> list[str]:
    found = []
    for region in regions(client, given):
        for function in everything(client("lambda", region), "list_functions", "Functions"):
            network = function.get("VpcConfig") or {}
            if not network.get("VpcId") or function["FunctionName"] != given.get("function", function["FunctionName"]):
                continue
            ec2, of = client("ec2", region), [{"Name": "vpc-id", "Values": [network["VpcId"]]}]
            ec2.describe_subnets(SubnetIds=network["SubnetIds"])
            ec2.describe_security_groups(GroupIds=network["SecurityGroupIds"])
            ec2.describe_network_acls(Filters=of)
            ec2.describe_nat_gateways(Filter=of)
            ec2.describe_vpc_endpoints(Filters=of)
            ec2.describe_vpc_attribute(VpcId=network["VpcId"], Attribute="enableDnsSupport")
            routes = [r for t in ec2.describe_route_tables(Filters=of)["RouteTables"] for r in t["Routes"]]
            found += [] if any("NatGatewayId" in route for route in routes) else [function["FunctionName"]]
    return found
