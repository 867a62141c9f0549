"""Which ECS services and tasks do not start or stay up, and why: by what stopped tasks and service events say.

Reads JSON from standard input: {"regions": ["*"], "service": "name or part of the name of a service or task family",
"cluster": "the same of a cluster"}. ECS remembers stopped tasks for about an hour, events for longer. Needs boto3 and
read access, no more.
"""

import json
import re
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

CONFIG = Config(retries={"mode": "standard", "max_attempts": 6}, max_pool_connections=16, connect_timeout=10)
OFF = ("AuthFailure", "OptInRequired", "UnrecognizedClientException", "InvalidClientTokenId")
NOW = datetime.now(UTC)
EVERYWHERE = ("0.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1")  # a default route may come in two halves
PATIENCE = timedelta(minutes=10)  # for which a service may have fewer tasks than it should without being ill
# What ECS and the container agent say, and what it means; the first that fits counts.
MEANINGS = [
    ("ecs-task-definition-inactive", r"task ?definition is inactive|TaskDefinition is inactive"),
    ("ecs-volume", r"EFS utils|mount\.nfs"),  # before time-outs, which are the mount's own
    ("ecs-disk-full", r"no space left on device|disk quota exceeded"),
    ("ecs-image-rate-limit", r"toomanyrequests|pull rate limit"),
    ("ecs-image-platform", r"descriptor matching platform|exec format error|image operating system"),
    ("ecs-log-group-missing", r"log ?group does not exist|ResourceNotFoundException: The specified log group"),
    (
        "ecs-no-way-out",
        (
            r"i/o timeout|deadline exceeded|waiting for connection|connection timed? ?out|dial tcp|"
            r"send request failed|connection issue between the task"
        ),
    ),
    ("ecs-role-denied", r"not authorized to perform|AccessDenied"),
    ("ecs-role-not-assumable", r"unable to assume (?:the )?(?:service linked )?role|assume the role"),
    (
        "ecs-secret-missing",
        (
            r"(?:secret|ssm|parameter).*(?:ResourceNotFound|can't find|not found|"
            r"invalid parameters|did not contain)"
        ),
    ),
    ("ecs-image-denied", r"CannotPull.*(?:denied|\b40[13]\b|forbidden|no basic auth|unauthorized)|pull access denied"),
    ("ecs-image-not-found", r"CannotPull.*(?:not found|manifest unknown|does not exist|no such)|failed to resolve ref"),
    ("ecs-image-not-pulled", r"CannotPull"),
    ("ecs-no-addresses", r"InsufficientFreeAddresses|free addresses|RESOURCE:ENI"),
    ("ecs-quota", r"limit on the number of (?:vCPUs|tasks)"),
    (
        "ecs-no-capacity",
        (
            r"capacity is unavailable|RESOURCE:|unable to place a task|no container instances? met|"
            r"AGENT|Capacity provider"
        ),
    ),
    ("ecs-out-of-memory", r"OutOfMemory"),
    ("ecs-balancer-check-failed", r"failed (?:ELB|EC2) health checks|unhealthy in \(?target-group|is unhealthy in"),
    ("ecs-health-check-failed", r"failed container health checks"),
    ("ecs-volume", r"EFS utils|mount\.nfs|failed to mount|volume"),
    (
        "ecs-task-not-prepared",
        (
            r"ResourceInitializationError|CannotStartContainer|CannotCreateContainer|"
            r"ContainerRuntime"
        ),
    ),
]
NO_FAULT = ("UserInitiated", "SpotInterruption", "ServiceSchedulerInitiated", "TerminationNotice")
MANAGED = "arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy"


def why(error):
    if isinstance(error, ClientError):
        code = error.response["Error"]["Code"]
        return f"{code}: the region is not enabled" if code in OFF else code
    return type(error).__name__


def many(count, thing):
    plural = f"{thing[:-1]}ies" if thing.endswith("y") else f"{thing}s"
    return f"{count} {thing if count == 1 else plural}"


def pointer(response):
    return f"/calls/{response['ResponseMetadata']['RequestId']}/response"


def in_parts(values, size):
    return [values[n : n + size] for n in range(0, len(values), size)]


def find_regions(home, skipped):
    """The regions that are enabled, asked of the home region; that one alone where the question is not allowed."""
    ec2 = boto3.client("ec2", region_name=home, config=CONFIG)
    enabled = [{"Name": "opt-in-status", "Values": ["opt-in-not-required", "opted-in"]}]
    try:
        return sorted(region["RegionName"] for region in ec2.describe_regions(Filters=enabled)["Regions"])
    except (ClientError, BotoCoreError) as error:
        skipped.append({"what": f"all regions but {home}", "why": f"{why(error)}: they could not be listed"})
        return [home]


def list_clusters(ecs, region):
    try:
        return [arn for page in ecs.get_paginator("list_clusters").paginate() for arn in page["clusterArns"]], [], True
    except (ClientError, BotoCoreError) as error:
        return [], [{"what": f"clusters in {region}", "why": why(error)}], False


def read_cluster(ecs, cluster, region):
    """A cluster's services and stopped tasks, each with its proof."""
    name, services, tasks, skipped = cluster.rpartition("/")[2], [], [], []
    try:
        pages = ecs.get_paginator("list_services").paginate(cluster=cluster, PaginationConfig={"PageSize": 100})
        for some in in_parts([arn for page in pages for arn in page["serviceArns"]], 10):
            answer = ecs.describe_services(cluster=cluster, services=some)
            for n, one in enumerate(answer["services"]):
                services.append(one | {"region": region, "cluster": name, "proof": f"{pointer(answer)}/services/{n}"})
    except (ClientError, BotoCoreError) as error:
        skipped.append({"what": f"services of cluster {name} in {region}", "why": why(error)})
    try:
        pages = ecs.get_paginator("list_tasks").paginate(cluster=cluster, desiredStatus="STOPPED")
        for some in in_parts([arn for page in pages for arn in page["taskArns"]], 100):
            answer = ecs.describe_tasks(cluster=cluster, tasks=some)
            for n, one in enumerate(answer["tasks"]):
                tasks.append(one | {"region": region, "cluster": name, "proof": f"{pointer(answer)}/tasks/{n}"})
    except (ClientError, BotoCoreError) as error:
        skipped.append({"what": f"stopped tasks of cluster {name} in {region}", "why": why(error)})
        tasks = None
    return services, tasks, skipped


def meaning_of(text):
    return next((kind for kind, pattern in MEANINGS if re.search(pattern, text, re.IGNORECASE | re.DOTALL)), "")


def failure_of(task, *, ends):
    """Kind, sentence and proof of why a task stopped; ``None`` where that is in order, as an end is if it ``ends``."""
    if task.get("stopCode") in NO_FAULT and not meaning_of(task.get("stoppedReason", "")):
        return None
    containers = [(n, c, f"{task['proof']}/containers/{n}") for n, c in enumerate(task.get("containers", []))]
    for _, container, proof in containers:
        if "OutOfMemory" in container.get("reason", ""):
            said = f"container {container['name']} was killed: it needed more memory than it has"
            return "ecs-out-of-memory", said, proof
    text = task.get("stoppedReason", "")
    if kind := meaning_of(text):
        return kind, text, f"{task['proof']}/stoppedReason"
    for _, container, proof in containers:
        if kind := meaning_of(container.get("reason", "")):
            return kind, f"container {container['name']}: {container['reason']}", proof
    failed = [(c, proof) for _, c, proof in containers if c.get("exitCode")]
    ended = [(c, proof) for _, c, proof in containers if c.get("exitCode") == 0]
    for container, proof in failed or ([] if ends else ended):
        return "ecs-container-exits", f"container {container['name']} exits with code {container['exitCode']}", proof
    if task.get("stopCode") == "TaskFailedToStart":
        return "ecs-task-not-prepared", text or "the task failed to start", f"{task['proof']}/stoppedReason"
    return None


def is_ill(service, failures):
    """Whether a service has fewer tasks than it should, or a rollout that fails, for other reasons than its youth."""
    if service["status"] != "ACTIVE" or not service["desiredCount"]:
        return False
    rollouts = service.get("deployments", [])
    if any(d.get("rolloutState") == "FAILED" for d in rollouts[:1]) or any(d.get("failedTasks") for d in rollouts):
        return True
    if service["runningCount"] >= service["desiredCount"]:
        current = next((d.get("taskDefinition") for d in rollouts), "")
        again = [task for _, task in failures if task["taskDefinitionArn"] == current]
        return len(again) > 1 or (bool(failures) and any(d.get("rolloutState") == "IN_PROGRESS" for d in rollouts))
    started = max((d["createdAt"] for d in rollouts), default=NOW - PATIENCE)
    return bool(failures) or NOW - started >= PATIENCE or any(complaints_of(service))


def complaints_of(service):
    """Kind, sentence and proof of what recent events say that is no ordinary news; newest first."""
    started = min((d["createdAt"] for d in service.get("deployments", [])[:1]), default=NOW - timedelta(days=1))
    for n, event in enumerate(service.get("events", [])[:30]):
        old = event["createdAt"] < min(started, NOW - PATIENCE) - PATIENCE
        if old or "has reached a steady state" in event["message"]:
            return
        if kind := meaning_of(event["message"]):
            yield kind, re.sub(r"^\(service [^)]*\) ", "", event["message"]), f"{service['proof']}/events/{n}/message"


def read_definition(ecs, arn, skipped):
    try:
        answer = ecs.describe_task_definition(taskDefinition=arn)
    except (ClientError, BotoCoreError) as error:
        skipped.append({"what": f"task definition {arn.rpartition('/')[2]}", "why": why(error)})
        return {}
    return answer["taskDefinition"] | {"proof": f"{pointer(answer)}/taskDefinition"}


def left_out(skipped, what, error):
    """Note once what could not be looked at."""
    gap = {"what": what, "why": why(error)}
    if gap not in skipped:
        skipped.append(gap)


def look_at_image(ecr, image, skipped):
    """Whether an image in a registry of AWS exists: a sentence and a proof; nothing for other registries."""
    found = re.match(r"(\d{12})\.dkr\.ecr[.\w-]*\.amazonaws\.com[.\w]*/([^:@]+)(?::([^@]+))?(?:@(.+))?$", image)
    if not found:
        return "", []
    account, repository, tag, digest = found.groups()
    wanted = {"imageDigest": digest} if digest else {"imageTag": tag or "latest"}
    try:
        answer = ecr.describe_images(registryId=account, repositoryName=repository, imageIds=[wanted])
    except ClientError as error:
        code, proof = why(error), f"/calls/{error.response['ResponseMetadata']['RequestId']}/error"
        missing = {"ImageNotFoundException": "that image", "RepositoryNotFoundException": "that repository"}.get(code)
        if missing:
            return f"; {missing} does not exist in ECR", [proof]
        left_out(skipped, f"image {image}", error)
        return "", []
    except BotoCoreError as error:
        left_out(skipped, f"image {image}", error)
        return "", []
    if not answer["imageDetails"]:
        return "; that image does not exist in ECR", [f"{pointer(answer)}/imageDetails"]
    return "; the image exists now", [f"{pointer(answer)}/imageDetails/0"]


def look_at_role(iam, arn, skipped):
    """Whether a role exists and lets ECS tasks assume it."""
    if not arn:
        return "; the task definition has no execution role", []
    try:
        answer = iam.get_role(RoleName=arn.rpartition("/")[2])
    except ClientError as error:
        proof = f"/calls/{error.response['ResponseMetadata']['RequestId']}/error"
        if why(error) == "NoSuchEntity":
            return f"; role {arn} does not exist", [proof]
        left_out(skipped, f"role {arn}", error)
        return "", []
    except BotoCoreError as error:
        left_out(skipped, f"role {arn}", error)
        return "", []
    trusted = "ecs-tasks.amazonaws.com" in json.dumps(answer["Role"]["AssumeRolePolicyDocument"])
    said = "" if trusted else f"; role {arn} does not let ecs-tasks.amazonaws.com assume it"
    return said, [f"{pointer(answer)}/Role/AssumeRolePolicyDocument"]


def look_at_way_out(ec2, network, skipped):
    """Why tasks in some subnets cannot reach registries and secrets: a sentence and proofs."""
    settings = network.get("awsvpcConfiguration", {})
    public = settings.get("assignPublicIp") == "ENABLED"
    if not settings.get("subnets"):
        return "", []
    try:
        subnets = ec2.describe_subnets(SubnetIds=settings["subnets"])["Subnets"]
        by_vpc = [{"Name": "vpc-id", "Values": sorted({subnet["VpcId"] for subnet in subnets})}]
        answer = ec2.describe_route_tables(Filters=by_vpc)
        endpoints = ec2.describe_vpc_endpoints(Filters=by_vpc)["VpcEndpoints"]
    except (ClientError, BotoCoreError) as error:
        left_out(skipped, f"the way out of {', '.join(settings['subnets'])}", error)
        return "", []
    tables = list(enumerate(answer["RouteTables"]))
    ready = [e["ServiceName"] for e in endpoints if e.get("State", "available") == "available"]
    present = {name.partition(".")[2].split(".", 2)[-1] for name in ready}  # of com.amazonaws.REGION.NAME
    for subnet in subnets:
        own = [t for t in tables if any(a.get("SubnetId") == subnet["SubnetId"] for a in t[1]["Associations"])]
        vpc = [t for t in tables if t[1]["VpcId"] == subnet["VpcId"]]
        main = [t for t in vpc if any(a.get("Main") for a in t[1]["Associations"])]
        for n, table in (own or main)[:1]:
            ways = [r for r in table["Routes"] if r.get("DestinationCidrBlock") in EVERYWHERE]
            ways = [r for r in ways if r.get("State") != "blackhole"]
            gateway = any(str(r.get("GatewayId", "")).startswith("igw-") for r in ways)
            if ways and (public or not gateway):
                continue
            missing = [name for name in ("ecr.api", "ecr.dkr", "s3") if name not in present]
            if not ways and not missing:
                continue
            proof = [f"{pointer(answer)}/RouteTables/{n}/Routes"]
            if gateway:
                return f"; {subnet['SubnetId']} leads to an internet gateway, but tasks get no public address", proof
            said = f"; {subnet['SubnetId']} has no route out ({table['RouteTableId']})"
            return f"{said} and lacks endpoints for {', '.join(missing)}", proof
    return "", []


def explain(clients, kind, said, subject, skipped):
    """What else shows it, and the fix. ``subject`` is a service or a task with its definition."""
    region, definition = subject["region"], subject["definition"]
    update = (
        f"aws ecs update-service --region {region} --cluster {subject['cluster']} "
        f"--service {subject.get('serviceName', 'SERVICE')}"
    )
    role = definition.get("executionRoleArn", "")
    name = role.rpartition("/")[2] or "ROLE"
    images = [c["image"] for c in definition.get("containerDefinitions", [])]
    if kind in ("ecs-image-not-found", "ecs-image-denied", "ecs-image-not-pulled"):
        image = next(
            (i for i in images if i in said or i.partition(":")[0] in said), images[0] if len(images) == 1 else ""
        )
        more, proofs = look_at_image(clients["ecr"], image, skipped)
        fix = (
            f"Push {image or 'the image'}, or go back to a task definition whose image "
            f"exists: {update} --task-definition FAMILY:REVISION"
        )
        if kind == "ecs-image-denied":
            fix = (
                "Give repositoryCredentials for a private registry elsewhere; else let the execution role pull: "
                f"aws iam attach-role-policy --role-name {name} --policy-arn {MANAGED}"
            )
        return f"{f'image {image}' if image else ''}{more}", fix, proofs
    if kind in ("ecs-role-denied", "ecs-role-not-assumable"):
        action = next(iter(re.findall(r"perform: ([\w-]+:\w+)", said)), "")
        named = next(iter(re.findall(r"(?:assumed-role|role)/([\w+=,.@-]+)", said)), name)
        more, proofs = "", []
        if kind == "ecs-role-not-assumable" or not role:
            more, proofs = look_at_role(clients["iam"], role, skipped)
        fix = f"aws iam attach-role-policy --role-name {named} --policy-arn {MANAGED}"
        if action.split(":")[0] not in ("ecr", "logs", ""):
            fix = f"Allow {action} on that resource in a policy of role {named}."
        if kind == "ecs-role-not-assumable":
            fix = (
                f"See that role {named} exists, and let ecs-tasks.amazonaws.com assume it: "
                f"aws iam update-assume-role-policy --role-name {named} --policy-document DOCUMENT"
            )
        return more, fix, proofs + ([f"{definition['proof']}/executionRoleArn"] if role else [])
    if kind == "ecs-no-way-out":
        more, proofs = look_at_way_out(clients["ec2"], subject.get("networkConfiguration", {}), skipped)
        return (
            more,
            (
                "Give the subnets a NAT gateway or VPC endpoints (ecr.api, ecr.dkr, s3, logs, secretsmanager), "
                "or the tasks a public address."
            ),
            proofs,
        )
    containers = definition.get("containerDefinitions", [])
    memory = definition.get("memory") or next((c["memory"] for c in containers if c.get("memory")), "")
    options = [c.get("logConfiguration", {}).get("options", {}) for c in containers]
    group = next((o["awslogs-group"] for o in options if "awslogs-group" in o), "")
    fixes = {
        "ecs-out-of-memory": f"Give the task more memory than {memory or 'now'} MiB, or make the program use less.",
        "ecs-disk-full": (
            f"Give the task more room: ephemeralStorage of up to 200 GiB in task definition "
            f"{definition.get('family', 'FAMILY')}; on instances of your own a larger volume, or fewer old images."
        ),
        "ecs-log-group-missing": f"aws logs create-log-group --region {region} --log-group-name {group or 'GROUP'}",
        "ecs-task-definition-inactive": (f"Use one that is active: {update} --task-definition FAMILY:REVISION"),
        "ecs-no-capacity": (
            "Add container instances that meet what the task asks for, ask for less, "
            "or use another zone or capacity provider."
        ),
        "ecs-volume": (
            "See that the file system has a mount target in the zone of the tasks, that its security group lets them "
            "in on port 2049, and that the task role may mount it."
        ),
        "ecs-no-addresses": "Give the service subnets with free addresses.",
        "ecs-quota": (
            "See how much it may use, and ask for more: "
            f"aws service-quotas list-service-quotas --region {region} --service-code fargate"
        ),
        "ecs-secret-missing": "Correct the valueFrom of the task definition's secrets, or make the secret it names.",
        "ecs-image-rate-limit": (
            "Sign in to Docker Hub with repositoryCredentials, or keep the image in ECR (pull through cache)."
        ),
        "ecs-image-platform": "Build the image for the CPU of the task, or set runtimePlatform of the task definition.",
        "ecs-health-check-failed": (
            "See what the health check of the container runs, and give startPeriod time to start."
        ),
        "ecs-balancer-check-failed": (
            f"See why the targets are unhealthy; while starting: {update} --health-check-grace-period-seconds 120"
        ),
    }
    logs = (
        f"Read the log of the container: aws logs tail {group} --region {region}"
        if group
        else ("Read the log of the container.")
    )
    return "", fixes.get(kind, logs), []


def choose(things, hint, name_of, what, skipped):
    exact = [t for t in things if hint in name_of(t)]
    words = [w for w in re.split(r"[\s_-]+", hint.lower()) if w]
    named = exact or [t for t in things if any(all(w in n.lower() for w in words) for n in name_of(t))]
    if hint and not named:
        skipped.append({"what": f"{what} {hint}", "why": "none has that name, so all were checked"})
    return named or things


def family_of(task):
    return task["taskDefinitionArn"].rpartition("/")[2].partition(":")[0]


def make_clients(region):
    return {
        "ecs": boto3.client("ecs", region_name=region, config=CONFIG),
        "ec2": boto3.client("ec2", region_name=region, config=CONFIG),
        "ecr": boto3.client("ecr", region_name=region, config=CONFIG),
        "iam": boto3.client("iam", region_name=region, config=CONFIG),
    }


# Why something was left out that can hide no fault: it is not there.
HIDES_NOTHING = ("is not enabled", "were checked", "NotFound", "NotFoundException", "NoSuchEntity", "NoSuchBucket")


def unseen(skipped, findings):
    """What could not be read where the rest shows no fault, so that it decides."""
    if any(finding["severity"] != "info" for finding in findings):
        return []
    return [f"{gap['what']} ({gap['why']})" for gap in skipped if not gap["why"].endswith(HIDES_NOTHING)]


def doubt(gaps):
    """The answer where what could not be read decides."""
    more = "; and more" if len(gaps) > 5 else ""
    return f"Nothing is at fault in what could be read, but this could not be: {'; '.join(gaps[:5])}{more}."


def main():
    variables = json.load(sys.stdin)
    home, skipped = boto3.session.Session().region_name or "us-east-1", []
    hint = variables.get("service") or ""
    regions = variables.get("regions") or ["*"]
    if "*" in regions:
        regions = find_regions(home, skipped)
    running, clients = {}, {}
    with ThreadPoolExecutor(16) as pool:
        for region in regions:  # clients are made one by one, which boto3 asks for, while the first are at work
            clients[region] = boto3.client("ecs", region_name=region, config=CONFIG)
            running[region] = pool.submit(list_clusters, clients[region], region)
        results = {region: task.result() for region, task in running.items()}
        looked = sorted(region for region, result in results.items() if result[2])
        skipped += [gap for result in results.values() for gap in result[1]]
        if not looked:
            sys.exit(f"No region could be looked at: {'; '.join(gap['why'] for gap in skipped)}")
        clusters = [(region, arn) for region, result in results.items() for arn in result[0]]
        clusters = choose(
            clusters, variables.get("cluster") or "", lambda c: (c[1].rpartition("/")[2], c[1]), "cluster", skipped
        )
        read = list(pool.map(lambda c: read_cluster(clients[c[0]], c[1], c[0]), clusters))
    skipped += [gap for _, _, missed in read for gap in missed]
    services = [one for found, _, _ in read for one in found]
    tasks = [one for _, found, _ in read for one in found or ()]
    unread = {cluster for cluster, (_, found, _) in zip(clusters, read, strict=True) if found is None}
    alone = [t for t in tasks if not t.get("group", "").startswith("service:")]

    def names_of(one):
        return one.get("serviceName") or family_of(one), one.get("serviceArn") or one["taskArn"]

    both = choose([*services, *alone], hint, names_of, "service or task", skipped)
    named = hint and len(both) < len(services) + len(alone)
    services, alone = [o for o in both if "serviceArn" in o], [o for o in both if "taskArn" in o]

    subjects, resources = [], []
    for service in services:
        where, group = (service["cluster"], service["region"]), f"service:{service['serviceName']}"
        own = [t for t in tasks if (t["cluster"], t["region"]) == where and t.get("group") == group]
        failures = [(f, t) for t in own if (f := failure_of(t, ends=False))]
        subjects.append((service, failures, is_ill(service, failures)))
        summary = {"name": service["serviceName"], "cluster": service["cluster"]}
        summary |= {"desired": service["desiredCount"], "running": service["runningCount"]}
        resources.append(
            {"arn": service["serviceArn"], "type": "ecs:service", "region": service["region"], "summary": summary}
        )
    families = {}
    for task in alone:
        if failure := failure_of(task, ends=True):
            families.setdefault((task["region"], task["cluster"], family_of(task)), []).append((failure, task))
    subjects += [(failures[-1][1], failures, True) for failures in families.values()]

    findings, told, following, definitions, made = [], [], [], {}, {}
    for subject, failures, ill in subjects:
        is_service = "serviceArn" in subject
        name = subject["serviceName"] if is_service else family_of(subject)
        region, arn = subject["region"], subject["serviceArn"] if is_service else subject["taskArn"]
        if is_service and named and not subject["desiredCount"]:
            fix = (
                f"aws ecs update-service --region {region} --cluster {subject['cluster']} "
                f"--service {name} --desired-count 1"
            )
            title = f"Service {name} of cluster {subject['cluster']} has no tasks because its desired count is 0"
            findings.append(
                {
                    "id": "ecs-desired-zero",
                    "title": title,
                    "severity": "medium",
                    "resource": arn,
                    "evidence": [f"{subject['proof']}/desiredCount"],
                    "fix": fix,
                }
            )
        if not ill:
            continue
        causes = {}
        for (kind, said, proof), task in failures:
            causes.setdefault(kind, (said, [], []))[1].append(proof)
            causes[kind][2].append(task)
        if is_service and not causes:
            for kind, said, proof in complaints_of(subject):
                causes.setdefault(kind, (said, [], []))[1].append(proof)
        rollout = next(iter(subject.get("deployments", [])), {}) if is_service else {}
        if not causes:
            kind, said = "ecs-too-few-tasks", "neither its events nor stopped tasks say why"
            if any(place == region and arn.endswith(f"/{subject['cluster']}") for place, arn in unread):
                said = "its events do not say why, and its stopped tasks could not be read"
            if rollout.get("rolloutState") == "FAILED":
                kind, said = "ecs-deployment-failed", rollout.get("rolloutStateReason") or "its deployment failed"
            causes[kind] = (said, [], [])
        definition_arn = rollout.get("taskDefinition") or subject.get("taskDefinition")
        definition_arn = definition_arn or subject.get("taskDefinitionArn", "")
        if region not in made:
            made[region] = make_clients(region)
        if not definition_arn:  # other controllers than ECS keep it elsewhere
            definitions[definition_arn] = {}
        if definition_arn not in definitions:
            definitions[definition_arn] = read_definition(made[region]["ecs"], definition_arn, skipped)
        subject["definition"] = definitions[definition_arn]
        if is_service and subject["definition"].get("status") == "INACTIVE":
            said = f"its task definition {definition_arn.rpartition('/')[2]} is inactive"
            causes.setdefault("ecs-task-definition-inactive", (said, [f"{subject['definition']['proof']}/status"], []))
        if is_service:
            lacking = "high" if subject["runningCount"] < subject["desiredCount"] else "medium"
            severity = lacking if subject["runningCount"] else "critical"
            state = (
                f"Service {name} of cluster {subject['cluster']} runs {subject['runningCount']} "
                f"of {subject['desiredCount']} tasks"
            )
            undone = "rolling back" in rollout.get("rolloutStateReason", "")
            state += "; its deployment failed and was rolled back" if undone else ""
        else:
            severity, state = (
                "high",
                f"{many(len(failures), 'task')} of {name} in cluster {subject['cluster']} ended badly",
            )
        for kind, (said, proofs, some) in causes.items():
            more, fix, seen = explain(made[region], kind, said, subject, skipped)
            shown = f"{subject['proof']}/runningCount" if is_service else f"{subject['proof']}/stopCode"
            count = f" ({len(some)} tasks)" if is_service and len(some) > 1 else ""
            more = f" ({more.removeprefix('; ')})" if more else ""
            title = f"{state}: {said[:500]}{count}{more}"
            findings.append(
                {
                    "id": kind,
                    "title": title[:1000],
                    "severity": severity,
                    "resource": arn,
                    "evidence": [shown, *proofs[:5], *seen],
                    "fix": fix,
                }
            )
            counts = {"tasks": len(failures), "of_this_kind": len(some), "besides": more}
            told.append({"name": name, "region": region, "cause": kind, "said": said[:500], **counts})
            if kind == "ecs-balancer-check-failed":
                groups = re.findall(r"targetgroup/([\w-]+)/", said)
                where = [{"balancer": group, "regions": [region]} for group in groups]
                following += [{"template": "elb_unhealthy_targets", "variables": one} for one in where]
    order = ["critical", "high", "medium", "low", "info"]
    findings.sort(key=lambda finding: (order.index(finding["severity"]), finding["resource"]))
    bad = list(dict.fromkeys(one["name"] for one in told))
    ill = sum(subject[2] for subject in subjects if "serviceArn" in subject[0])
    failed = (
        f"; {many(len(regions) - len(looked), 'region')} could not be looked at" if len(looked) < len(regions) else ""
    )
    zero = [s["serviceName"] for s in services if not s["desiredCount"]]
    gaps = unseen(skipped, findings)
    facts = {
        "summary": doubt(gaps)
        if gaps
        else (
            f"{ill} of {many(len(services), 'service')} in {many(len(clusters), 'cluster')} of "
            f"{many(len(looked), 'region')} {'does' if ill == 1 else 'do'} not start or stay up, and tasks "
            "run alone of "
            f"{many(len(families), 'family')} ended badly"
            f"{': ' + ', '.join(bad[:8]) if bad else ''}{failed}."
        ),
        "undecided": bool(gaps),
        "unseen": gaps,
        "services_checked": len(services),
        "clusters_checked": len(clusters),
        "stopped_tasks": len(tasks),
        "families_failing": len(families),
        "services_failing": ill,
        "failing": told,
        "scaled_to_zero": zero,
    }
    unique = list({json.dumps(one, sort_keys=True): one for one in following}.values())
    coverage = {"regions": looked, "skipped": skipped, "truncated": []}
    json.dump(
        {"facts": facts, "findings": findings, "resources": resources, "coverage": coverage, "next": unique}, sys.stdout
    )


if __name__ == "__main__":
    main()
