"""What CloudWatch and Prometheus read: judged by their rules, and by Prometheus' own parser."""

import json
from datetime import UTC, datetime

import jsonschema
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prometheus_client.parser import text_string_to_metric_families

from cloudprobe.domain.conversation import TokenUsage
from cloudprobe.domain.metrics import AgentMetrics, Metrics
from cloudprobe.metrics.emf import render_emf
from cloudprobe.metrics.prometheus import render_prometheus

NOW = datetime(2026, 11, 24, 12, tzinfo=UTC)
UNITS = [
    "Seconds",
    "Microseconds",
    "Milliseconds",
    "Bytes",
    "Kilobytes",
    "Megabytes",
    "Gigabytes",
    "Terabytes",
    "Bits",
    "Kilobits",
    "Megabits",
    "Gigabits",
    "Terabits",
    "Percent",
    "Count",
    "None",
]
SPECIFIED = {
    "type": "object",
    "required": ["_aws"],
    "properties": {
        "_aws": {
            "type": "object",
            "required": ["Timestamp", "CloudWatchMetrics"],
            "properties": {
                "Timestamp": {"type": "integer", "minimum": 0},
                "CloudWatchMetrics": {
                    "type": "array",
                    "minItems": 1,
                    "items": {
                        "type": "object",
                        "additionalProperties": False,
                        "required": ["Namespace", "Dimensions", "Metrics"],
                        "properties": {
                            "Namespace": {"type": "string", "minLength": 1, "maxLength": 255},
                            "Dimensions": {
                                "type": "array",
                                "minItems": 1,
                                "items": {
                                    "type": "array",
                                    "minItems": 1,
                                    "maxItems": 30,
                                    "items": {"type": "string", "minLength": 1, "maxLength": 250},
                                },
                            },
                            "Metrics": {
                                "type": "array",
                                "minItems": 1,
                                "maxItems": 100,
                                "items": {
                                    "type": "object",
                                    "additionalProperties": False,
                                    "required": ["Name"],
                                    "properties": {
                                        "Name": {"type": "string", "minLength": 1, "maxLength": 1024},
                                        "Unit": {"enum": UNITS},
                                        "StorageResolution": {"enum": [1, 60]},
                                    },
                                },
                            },
                        },
                    },
                },
            },
        }
    },
}
"""After AWS's "Specification: Embedded metric format"."""


def conform(line):
    """What the schema cannot say: every name leads to a member of the root, of the right kind and size."""
    event = json.loads(line)
    jsonschema.validate(event, SPECIFIED)
    assert len(line.encode()) < 256 * 1024
    for directive in event["_aws"]["CloudWatchMetrics"]:
        for name in {name for one in directive["Dimensions"] for name in one}:
            assert isinstance(event[name], str)
            assert 0 < len(event[name]) <= 1024
            assert event[name].isascii()
            assert event[name].isprintable()
        names = [metric["Name"] for metric in directive["Metrics"]]
        assert len(set(names)) == len(names)
        for name in names:
            values = event[name] if isinstance(event[name], list) else [event[name]]
            assert 0 < len(values) <= 100
            assert all(isinstance(value, int | float) and not isinstance(value, bool) for value in values)
    return event


def agent(exchanges=2, *, model="bedrock:strong", usd=0.2, failures=None):
    return AgentMetrics(
        agent="code_generator", model=model, exchanges=exchanges, repairs=1, seconds=tuple(map(float, range(exchanges))),
        usage=TokenUsage(input=100, output=10, cache_read=300, cache_write=7), usd=usd, failures=failures or {},
    )  # fmt: skip


FULL = Metrics(
    inspection_id="20260101-000000-9f86d081", started="2026-01-01T00:00:00+00:00", outcome="answered", seconds=3.5,
    iterations=2, probes=3, probes_succeeded=2, from_templates=1, attempts=5, retries=2, runs=4, runs_succeeded=2,
    calls=40, calls_denied=1, policy_excess=3, calls_usd=0.03, model_usd=0.2,
    failures={"execute:budget": 1, "model:cut": 2},
    agents=(agent(failures={"cut": 1}), agent(model="bedrock:cheap", usd=None)),
)  # fmt: skip


def test_an_inspection_is_a_line_and_so_is_each_agent_with_its_model():
    first, strong, cheap = map(conform, render_emf(FULL, now=NOW).splitlines())
    assert first["PolicyExcess"] == 3
    assert first["_aws"]["Timestamp"] == 1795521600000
    assert (first["Outcome"], first["Duration"], first["Retries"], first["AwsCost"]) == ("answered", 3.5, 2, 0.03)
    assert first["FailureKinds"] == {"execute:budget": 1, "model:cut": 2}
    assert (strong["Agent"], strong["Model"], strong["ExchangeDuration"]) == (
        "code_generator", "bedrock:strong", [0.0, 1.0],
    )  # fmt: skip
    assert (strong["InputTokens"], strong["CacheReadTokens"], strong["ExchangeCost"]) == (100, 300, 0.2)
    assert "ExchangeCost" not in cheap, "what is not known is not nothing"


def test_more_exchanges_than_an_event_takes_are_several_events_and_no_sum_twice():
    lines = render_emf(Metrics(agents=(agent(250),)), now=NOW).splitlines()
    events = [conform(line) for line in lines][1:]
    assert [len(event["ExchangeDuration"]) for event in events] == [100, 100, 50]
    assert [event.get("Exchanges") for event in events] == [250, None, None]


@given(
    st.text(max_size=400), st.text(max_size=20), st.integers(0, 3),
    st.dictionaries(st.text(max_size=40), st.integers(0, 9), max_size=3),
)  # fmt: skip
def test_whatever_a_model_is_called_the_lines_conform(model, outcome, exchanges, failures):
    metrics = Metrics(outcome=outcome, failures=failures, agents=(agent(exchanges, model=model, failures=failures),))
    for line in render_emf(metrics, now=NOW).splitlines():
        conform(line)


def samples(*found):
    families = text_string_to_metric_families(render_prometheus(found))
    return {(one.name, *sorted(one.labels.items())): one.value for family in families for one in family.samples}


def test_prometheus_reads_the_numbers_of_all_inspections():
    other = FULL.model_copy(update={"outcome": "unanswered", "seconds": 100.0})
    read = samples(FULL, FULL, other)
    assert read["cloudprobe_inspections_total", ("outcome", "answered")] == 2
    assert read["cloudprobe_inspections_total", ("outcome", "unanswered")] == 1
    assert read["cloudprobe_inspection_duration_seconds_bucket", ("le", "5.0")] == 2
    assert read["cloudprobe_inspection_duration_seconds_bucket", ("le", "+Inf")] == 3
    assert read[("cloudprobe_inspection_duration_seconds_sum",)] == 107.0
    assert read["cloudprobe_probe_sources_total", ("source", "generated")] == 6
    assert read[("cloudprobe_retries_total",)] == 6
    assert read[("cloudprobe_policy_excess_actions_total",)] == 9
    assert read["cloudprobe_failures_total", ("kind", "model:cut")] == 6
    assert read["cloudprobe_cost_usd_total", ("on", "model")] == pytest.approx(0.6)
    strong = (("agent", "code_generator"), ("model", "bedrock:strong"))
    assert read["cloudprobe_model_exchanges_total", *strong, ("result", "usable")] == 3
    assert read["cloudprobe_model_exchanges_total", *strong, ("result", "cut")] == 3
    assert read["cloudprobe_model_tokens_total", strong[0], ("kind", "cache_read"), strong[1]] == 900
    assert read[("cloudprobe_model_exchange_duration_seconds_count", *strong)] == 6


@given(st.text(max_size=60), st.text(max_size=60))
def test_whatever_is_named_prometheus_reads_it_back(model, outcome):
    read = samples(Metrics(outcome=outcome, agents=(agent(model=model),)))
    assert ("cloudprobe_inspections_total", ("outcome", outcome)) in read
    assert ("cloudprobe_model_repairs_total", ("agent", "code_generator"), ("model", model)) in read
