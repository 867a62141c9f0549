"""Metrics as CloudWatch reads them out of logs: the Embedded Metric Format, one JSON object a line.

Source: AWS, "Specification: Embedded metric format". A Lambda that prints these lines has published the metrics.
"""

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from cloudprobe.domain.metrics import AgentMetrics, Metrics

NAMESPACE = "cloudprobe"
_MOST_VALUES = 100
"""In the list of one metric; CloudWatch takes no more from one event."""
_VALUE_CHARACTERS = 250
"""Of a dimension."""


def render_emf(metrics: Metrics, *, now: datetime) -> str:
    """One line an inspection, and one for each agent and model; each ends in a line feed.

    Args:
        metrics: of one inspection.
        now: aware; when the lines are written, which CloudWatch takes for when it happened.
    """
    moment = int(now.timestamp() * 1000)
    lines = [_inspection(metrics), *(line for agent in metrics.agents for line in _agent(agent))]
    return "".join(
        json.dumps(_event(moment, values=values, dimensions=dimensions, properties=properties), ensure_ascii=True)
        + "\n"
        for values, dimensions, properties in lines
    )


_Line = tuple[dict[str, Any], dict[str, str], dict[str, Any]]
_UNITS = {
    "Inspections": "Count",
    "Duration": "Seconds",
    "ModelDuration": "Seconds",
    "RunDuration": "Seconds",
    "Iterations": "Count",
    "Probes": "Count",
    "ProbesSucceeded": "Count",
    "ProbesFromTemplates": "Count",
    "Retries": "Count",
    "Runs": "Count",
    "RunsSucceeded": "Count",
    "AwsCalls": "Count",
    "OperationsDenied": "Count",
    "PolicyExcess": "Count",
    "AwsCost": "None",
    "ModelCost": "None",
    "UnpricedExchanges": "Count",
    "Failures": "Count",
    "Exchanges": "Count",
    "Repairs": "Count",
    "ExchangeFailures": "Count",
    "ExchangeDuration": "Seconds",
    "InputTokens": "Count",
    "OutputTokens": "Count",
    "CacheReadTokens": "Count",
    "CacheWriteTokens": "Count",
    "ExchangeCost": "None",
}
"""Of every metric; CloudWatch has no unit for dollars."""


def _inspection(metrics: Metrics) -> _Line:
    values = {
        "Inspections": 1,
        "Duration": metrics.seconds,
        "ModelDuration": metrics.model_seconds,
        "RunDuration": metrics.run_seconds,
        "Iterations": metrics.iterations,
        "Probes": metrics.probes,
        "ProbesSucceeded": metrics.probes_succeeded,
        "ProbesFromTemplates": metrics.from_templates,
        "Retries": metrics.retries,
        "Runs": metrics.runs,
        "RunsSucceeded": metrics.runs_succeeded,
        "AwsCalls": metrics.calls,
        "OperationsDenied": metrics.calls_denied,
        "PolicyExcess": metrics.policy_excess,
        "AwsCost": metrics.calls_usd,
        "ModelCost": metrics.model_usd,
        "UnpricedExchanges": metrics.unpriced,
        "Failures": sum(metrics.failures.values()),
    }
    return (
        values,
        {"Outcome": metrics.outcome},
        {"InspectionId": metrics.inspection_id, "FailureKinds": metrics.failures},
    )


def _agent(agent: AgentMetrics) -> Iterator[_Line]:
    """More exchanges than an event takes values are several events; the sums stand in the first."""
    sums: dict[str, Any] = {
        "Exchanges": agent.exchanges,
        "Repairs": agent.repairs,
        "ExchangeFailures": agent.failed,
        "InputTokens": agent.usage.input,
        "OutputTokens": agent.usage.output,
        "CacheReadTokens": agent.usage.cache_read,
        "CacheWriteTokens": agent.usage.cache_write,
        **({} if agent.usd is None else {"ExchangeCost": agent.usd}),
    }
    dimensions = {"Agent": agent.agent, "Model": agent.model}
    for begin in range(0, max(len(agent.seconds), 1), _MOST_VALUES):
        took = list(agent.seconds[begin : begin + _MOST_VALUES])
        yield {**sums, **({"ExchangeDuration": took} if took else {})}, dimensions, {"FailureKinds": agent.failures}
        sums = {}


def _event(
    moment: int, *, values: Mapping[str, Any], dimensions: Mapping[str, str], properties: Mapping[str, Any]
) -> dict[str, Any]:
    """All values with every dimension together; none of them may be empty."""
    known = {name: _dimension(value) or "unknown" for name, value in dimensions.items()}
    directive = {
        "Namespace": NAMESPACE,
        "Dimensions": [list(known)],
        "Metrics": [{"Name": name, "Unit": _UNITS[name]} for name in values],
    }
    return {"_aws": {"Timestamp": moment, "CloudWatchMetrics": [directive]}, **properties, **known, **values}


def _dimension(value: str) -> str:
    """Printable ASCII, as dimensions have to be, and not beginning with a colon."""
    return "".join(c if " " <= c <= "~" else "?" for c in value).strip().lstrip(":")[:_VALUE_CHARACTERS]
