"""CloudWatch alarms, in the state and with the metric that a seed gives them."""

import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from cloudprobe.emulator.worlds.building.metrics import measure
from cloudprobe.emulator.worlds.building.site import Site

CROSSED = "Threshold Crossed: 1 out of the last 1 datapoints crossed the threshold (minimum 1 for OK -> ALARM)."
NO_DATA = "Insufficient Data: 1 datapoint was unknown."


def alarm(
    site: Site,
    logical: str,
    metric: str = "",
    *values: float,
    namespace: str = "AWS/EC2",
    dimensions: Mapping[str, str] | None = None,
    threshold: float = 80,
    comparison: str = "GreaterThanThreshold",
    state: str = "",
    reason: str = "",
    region: str = "us-east-1",
    **more: Any,
) -> str:
    """Make an alarm on a metric; its ARN.

    ``values`` are one a minute up to now. ``state`` is set with ``reason`` (by default what CloudWatch would say);
    without one the account judges for itself. ``more`` are further parameters of PutMetricAlarm; ``Metrics`` among them
    takes the place of the metric.
    """
    cloudwatch, name = site.client("cloudwatch", region), site.name(logical)
    given = dict(dimensions or {})
    if values:
        step = timedelta(minutes=1)
        measure(site, metric, *values, namespace=namespace, dimensions=given, step=step, region=region)
    judged: dict[str, Any] = {
        "Namespace": namespace,
        "MetricName": metric,
        "Dimensions": [{"Name": key, "Value": value} for key, value in given.items()],
        "Statistic": "Average",
        "Period": 60,
    }
    cloudwatch.put_metric_alarm(
        AlarmName=name,
        ComparisonOperator=comparison,
        Threshold=threshold,
        **{"EvaluationPeriods": 1, **({} if "Metrics" in more else judged), **more},
    )
    return _known(site, cloudwatch, logical, state=state, reason=reason)


def composite_alarm(
    site: Site, logical: str, rule: str, *, state: str = "", region: str = "us-east-1", **more: Any
) -> str:
    """Make an alarm over others; its ARN. ``rule`` names them by their real names."""
    cloudwatch = site.client("cloudwatch", region)
    cloudwatch.put_composite_alarm(AlarmName=site.name(logical), AlarmRule=rule, **more)
    return _known(site, cloudwatch, logical, state=state, reason=f"{rule} evaluated to {state}")


def _known(site: Site, cloudwatch: Any, logical: str, *, state: str, reason: str) -> str:
    name = site.name(logical)
    if state:
        said = reason or (CROSSED if state == "ALARM" else NO_DATA)
        data = {} if reason else {"StateReasonData": json.dumps({"version": "1.0"})}
        cloudwatch.set_alarm_state(AlarmName=name, StateValue=state, StateReason=said, **data)
    kinds = ["MetricAlarm", "CompositeAlarm"]
    found = cloudwatch.describe_alarms(AlarmNames=[name], AlarmTypes=kinds)
    arn: str = (found["MetricAlarms"] + found["CompositeAlarms"])[0]["AlarmArn"]
    site.arns[logical] = arn
    return arn
