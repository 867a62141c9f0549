"""ECS clusters, services and tasks. The embedded account's tasks never fail; what became of them is recorded."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from cloudprobe.emulator.worlds.building.answers import record_answer
from cloudprobe.emulator.worlds.building.site import Site


def cluster(site: Site, logical: str, *, region: str = "us-east-1") -> str:
    """Make a cluster; its ARN."""
    made = site.client("ecs", region).create_cluster(clusterName=site.name(logical))
    arn: str = made["cluster"]["clusterArn"]
    site.arns[logical] = arn
    return arn


def service(
    site: Site,
    logical: str,
    of: str,
    *,
    desired: int = 2,
    image: str = "public.ecr.aws/nginx/nginx:latest",
    role: str = "",
    subnets: tuple[str, ...] = (),
    region: str = "us-east-1",
    **more: Any,
) -> str:
    """Run a service on Fargate in the cluster with the ARN ``of``; its ARN. ``more`` goes to its task definition."""
    ecs, name = site.client("ecs", region), site.name(logical)
    definition = ecs.register_task_definition(
        family=name,
        networkMode="awsvpc",
        requiresCompatibilities=["FARGATE"],
        cpu="256",
        memory="512",
        containerDefinitions=[{"name": "main", "image": image, "essential": True, **more.pop("container", {})}],
        **({"executionRoleArn": role} if role else {}),
        **more,
    )
    network = {"awsvpcConfiguration": {"subnets": list(subnets) or ["subnet-00000001"]}}
    made = ecs.create_service(
        cluster=of,
        serviceName=name,
        taskDefinition=definition["taskDefinition"]["taskDefinitionArn"],
        desiredCount=desired,
        launchType="FARGATE",
        networkConfiguration=network,
    )
    arn: str = made["service"]["serviceArn"]
    site.arns[logical] = arn
    return arn


def fares(arn: str, *, running: int, events: tuple[str, ...] = (), rollout: Mapping[str, Any] | None = None) -> Any:
    """How a service fares, for ``record_cluster``: tasks that run, events (newest first), fields of its deployment.

    The deployment began an hour ago unless ``rollout`` says otherwise; events are a minute apart.
    """
    now = datetime.now(UTC)  # noqa: TID251 - a seed has no clock to be given
    told = [
        {"id": f"{n}", "createdAt": now - timedelta(minutes=n + 1), "message": text} for n, text in enumerate(events)
    ]
    began = {"createdAt": now - timedelta(hours=1), "runningCount": running, **(rollout or {})}
    entry = f"services[serviceArn={arn}]"
    return {entry: {"runningCount": running, "events": told}, f"{entry}.deployments[]": began}


def stopped(
    site: Site,
    of: str,
    number: int,
    *,
    service: str = "",
    family: str = "",
    reason: str = "Essential container in task exited",
    code: str = "EssentialContainerExited",
    exit_code: int | None = None,
    container_reason: str = "",
    revision: int = 1,
    region: str = "us-east-1",
) -> dict[str, Any]:
    """A stopped task of a service (its name) or of a family, as DescribeTasks tells it."""
    cluster_name = of.rpartition("/")[2]
    one = {"name": "main", "lastStatus": "STOPPED"} | ({} if exit_code is None else {"exitCode": exit_code})
    if container_reason:
        one["reason"] = container_reason
    return {
        "taskArn": f"arn:aws:ecs:{region}:{site.account}:task/{cluster_name}/{number:032x}",
        "clusterArn": of,
        "taskDefinitionArn": f"arn:aws:ecs:{region}:{site.account}:task-definition/{family or service}:{revision}",
        "group": f"service:{service}" if service else f"family:{family}",
        "lastStatus": "STOPPED",
        "desiredStatus": "STOPPED",
        "stopCode": code,
        "stoppedReason": reason,
        "containers": [one],
    }


def record_cluster(
    site: Site, of: str, states: list[Any], tasks: list[dict[str, Any]], *, region: str = "us-east-1"
) -> None:
    """Record how the services of a cluster fare, and which tasks of it have stopped."""
    overlay = {path: value for state in states for path, value in state.items()}
    record_answer(site.client, "ecs", "DescribeServices", region=region, overlay=overlay)
    listed = {"cluster": of, "desiredStatus": "STOPPED"}
    arns = {"taskArns": [task["taskArn"] for task in tasks]}
    record_answer(site.client, "ecs", "ListTasks", region=region, parameters=listed, response=arns)
    told = {"tasks": tasks, "failures": []}
    record_answer(site.client, "ecs", "DescribeTasks", region=region, parameters={"cluster": of}, response=told)
