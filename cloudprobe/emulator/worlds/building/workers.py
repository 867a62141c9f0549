"""Functions that something starts: queues, buckets, schedules. Each has a role of its own, named ``<logical>-role``."""

import io
import zipfile
from functools import partial
from typing import Any

from cloudprobe.emulator.worlds.building.patience import patiently
from cloudprobe.emulator.worlds.building.policies import Statement, allow, policy, trust
from cloudprobe.emulator.worlds.building.site import Site

_LOGS = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]
_INTERFACES = ["ec2:CreateNetworkInterface", "ec2:DescribeNetworkInterfaces", "ec2:DeleteNetworkInterface"]


def worker(
    site: Site,
    logical: str,
    *,
    statements: tuple[Statement, ...] = (),
    timeout: int = 30,
    memory: int = 128,
    reserved: int | None = None,
    subnets: tuple[str, ...] = (),
    groups: tuple[str, ...] = (),
    variables: dict[str, str] | None = None,
    region: str = "us-east-1",
) -> str:
    """Make a function and its role; the function's ARN.

    Args:
        site: where it is built.
        logical: its logical name.
        statements: what the role may do beside writing logs and having network interfaces.
        timeout: seconds.
        memory: megabytes.
        reserved: reserved concurrency; 0 keeps the function from ever running.
        subnets: ids of the subnets it stands in; none for a function outside of any network.
        groups: ids of its security groups.
        variables: its environment.
        region: where it is.
    """
    iam, functions = site.client("iam"), site.client("lambda", region)
    role, name = f"{logical}-role", site.name(logical)
    made = iam.create_role(RoleName=site.name(role), AssumeRolePolicyDocument=trust("lambda.amazonaws.com"))
    site.arns[role] = made["Role"]["Arn"]
    own = allow([*_LOGS, *(_INTERFACES if subnets else ())], "*", Sid="Platform")
    iam.put_role_policy(RoleName=site.name(role), PolicyName="work", PolicyDocument=policy(own, *statements))
    network: dict[str, Any] = {"VpcConfig": {"SubnetIds": subnets, "SecurityGroupIds": groups}} if subnets else {}
    create = partial(
        functions.create_function,
        FunctionName=name,
        Runtime="python3.12",
        Role=site.role_arn(role),
        Handler="app.handler",
        Code={"ZipFile": _package()},
        Timeout=timeout,
        MemorySize=memory,
        Environment={"Variables": variables or {}},
        **network,
    )
    arn: str = patiently(create, "InvalidParameterValueException")["FunctionArn"]  # the role cannot be assumed yet
    if reserved is not None:
        functions.put_function_concurrency(FunctionName=name, ReservedConcurrentExecutions=reserved)
    site.arns[logical] = arn
    return arn


def _package() -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as package:
        package.writestr("app.py", "def handler(event, context):\n    return event\n")
    return archive.getvalue()
