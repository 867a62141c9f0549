"""Services that run fewer tasks than they should, and why their last ones stopped."""

from benchmarks.baselines import Client, Given, everything, regions


def answer(client: Client, given: Given) -> list[str]:
    found = []
    for region in regions(client, given):
        ecs = client("ecs", region)
        for cluster in everything(ecs, "list_clusters", "clusterArns"):
            names = list(everything(ecs, "list_services", "serviceArns", cluster=cluster))
            for service in ecs.describe_services(cluster=cluster, services=names)["services"] if names else ():
                if service["runningCount"] >= service["desiredCount"]:
                    continue
                found.append(service["serviceName"])
                ecs.describe_task_definition(taskDefinition=service["taskDefinition"])
                stopped = ecs.list_tasks(cluster=cluster, desiredStatus="STOPPED")["taskArns"]
                if stopped:
                    ecs.describe_tasks(cluster=cluster, tasks=stopped)
    return found
