"""What a bucket does when an object is created in it: whom it tells, and who lets it."""

import json
from typing import Any

from cloudprobe.emulator.worlds.building.site import Site

_KINDS = {"lambda": "LambdaFunction", "sqs": "Queue", "sns": "Topic"}


def entry(
    target: str, *, events: tuple[str, ...] = ("s3:ObjectCreated:*",), prefix: str = "", suffix: str = ""
) -> dict[str, Any]:
    """One entry of a bucket's notifications; ``target`` is the ARN of a function, queue or topic."""
    kind = _KINDS[target.split(":")[2]]
    made: dict[str, Any] = {f"{kind}Arn": target, "Events": list(events)}
    rules = [{"Name": name, "Value": value} for name, value in (("prefix", prefix), ("suffix", suffix)) if value]
    return made | ({"Filter": {"Key": {"FilterRules": rules}}} if rules else {})


def notify(site: Site, bucket: str, *entries: dict[str, Any], bridge: bool = False) -> None:
    """Let a bucket (logical name) tell some targets, and EventBridge where ``bridge`` says so."""
    settings: dict[str, Any] = {"EventBridgeConfiguration": {}} if bridge else {}
    for kind in _KINDS.values():
        if some := [one for one in entries if f"{kind}Arn" in one]:
            settings[f"{kind}Configurations"] = some
    s3 = site.client("s3")
    s3.put_bucket_notification_configuration(
        Bucket=site.name(bucket), NotificationConfiguration=settings, SkipDestinationValidation=True
    )


def let_in(
    site: Site,
    function: str,
    source_arn: str,
    *,
    service: str = "s3.amazonaws.com",
    account: str = "",
    region: str = "us-east-1",
) -> None:
    """Let a service start a function (logical name) on behalf of a source, of an account where one is named."""
    owner = {"SourceAccount": account} if account else {}
    site.client("lambda", region).add_permission(
        FunctionName=site.name(function),
        StatementId=f"let-{service.split('.', maxsplit=1)[0]}-in",
        Action="lambda:InvokeFunction",
        Principal=service,
        SourceArn=source_arn,
        **owner,
    )


def rule(
    site: Site,
    logical: str,
    bucket: str,
    target: str,
    *,
    enabled: bool = True,
    prefix: str = "",
    region: str = "us-east-1",
) -> str:
    """Make a rule of EventBridge that starts a function (ARN) when an object is created in a bucket; its ARN."""
    events, name = site.client("events", region), site.name(logical)
    detail: dict[str, Any] = {"bucket": {"name": [site.name(bucket)]}}
    if prefix:
        detail["object"] = {"key": [{"prefix": prefix}]}
    pattern = {"source": ["aws.s3"], "detail-type": ["Object Created"], "detail": detail}
    state = "ENABLED" if enabled else "DISABLED"
    arn: str = events.put_rule(Name=name, EventPattern=json.dumps(pattern), State=state)["RuleArn"]
    events.put_targets(Rule=name, Targets=[{"Id": "function", "Arn": target}])
    site.arns[logical] = arn
    return arn
