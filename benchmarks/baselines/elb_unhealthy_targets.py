"""Target groups with targets that are not well, and the groups between."""

from benchmarks.baselines import Client, Given, everything, regions


def answer(client: Client, given: Given) -> list[str]:
    found = []
    for region in regions(client, given):
        elbv2, ec2 = client("elbv2", region), client("ec2", region)
        for group in everything(elbv2, "describe_target_groups", "TargetGroups"):
            told = elbv2.describe_target_health(TargetGroupArn=group["TargetGroupArn"])["TargetHealthDescriptions"]
            sick = [one["Target"]["Id"] for one in told if one["TargetHealth"]["State"] != "healthy"]
            if not sick:
                continue
            found.append(group["TargetGroupName"])
            balancers = elbv2.describe_load_balancers(LoadBalancerArns=group["LoadBalancerArns"])["LoadBalancers"]
            machines = ec2.describe_instances(InstanceIds=sick)["Reservations"]
            groups = {g["GroupId"] for r in machines for i in r["Instances"] for g in i["SecurityGroups"]}
            ec2.describe_security_groups(GroupIds=[*groups, *balancers[0].get("SecurityGroups", ())])
            ec2.describe_network_acls()
    return found
