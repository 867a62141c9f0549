"""Traces as LangSmith's own client sends them, taken by a server that rebuilds the tree."""

import json
import subprocess
import sys
import textwrap
import time

import pytest

from cloudprobe.adapters.langsmith.sender import Sender
from cloudprobe.adapters.langsmith.tracer import LangSmithTracer
from cloudprobe.adapters.local.clock import SystemClock
from cloudprobe.testing.langsmith import LangSmithServer

SECRET = "hunter2-hunter2"


def hide(value):
    return json.loads(json.dumps(value).replace(SECRET, "[redacted]"))


@pytest.fixture
def server():
    with LangSmithServer() as server:
        yield server


@pytest.fixture
def tracer(server):
    return tracer_to(server.url)


def tracer_to(url):
    return LangSmithTracer(Sender(api_key="any", endpoint=url), project="probes", clock=SystemClock(), redact=hide)


def test_a_trace_is_a_tree_of_what_happened(server, tracer):
    headers = tracer.begin("inspection", inputs={"question": "why?"}, tags=("cloudprobe",))
    with tracer.span("orchestrate", inputs={"n": 1}, headers=headers) as step:
        with tracer.span("asks", kind="llm", inputs={"messages": []}) as exchange:
            exchange.outputs = {"content": "yes"}
            exchange.usage = {"input_tokens": 5, "output_tokens": 2, "total_tokens": 7}
        step.outputs = {"decision": "collect"}
    tracer.end(headers, outputs={"answer": "so"}, scores={"answered": 1.0, "retries": 2.0})
    assert tracer.flush(5)
    (root,) = server.traces()
    assert [(run.name, run.kind, run.ended) for run in root.walk()] == [
        ("inspection", "chain", True),
        ("orchestrate", "chain", True),
        ("asks", "llm", True),
    ]
    assert root.document["inputs"] == {"question": "why?"}
    assert root.document["outputs"] == {"answer": "so"}
    assert root.document["session_name"] == "probes"
    assert root.children[0].children[0].document["outputs"]["usage_metadata"]["total_tokens"] == 7
    assert {entry["key"]: entry["score"] for entry in server.feedback} == {"answered": 1.0, "retries": 2.0}
    assert {entry["run_id"] for entry in server.feedback} == {root.document["id"]}


def test_the_steps_of_another_process_join_the_trace_by_its_headers(server, tracer):
    headers = tracer.begin("inspection", inputs={})
    assert tracer.flush(5)
    other = tracer_to(server.url)
    with other.span("execute", inputs={}, headers=json.loads(json.dumps(headers))):
        pass
    other.end(headers, outputs={}, scores={})
    assert other.flush(5)
    (root,) = server.traces()
    assert [run.name for run in root.walk()] == ["inspection", "execute"]
    assert root.ended
    assert {run.document["trace_id"] for run in root.walk()} == {root.document["id"]}


def test_langsmiths_own_client_reads_our_headers(tracer):
    from langsmith.run_trees import RunTree

    headers = tracer.begin("inspection", inputs={})
    parent = RunTree.from_headers(dict(headers))
    assert parent.dotted_order == headers["langsmith-trace"]
    assert parent.session_name == "probes"


def test_an_error_is_shown_and_passes(server, tracer):
    headers = tracer.begin("inspection", inputs={})
    with pytest.raises(KeyError), tracer.span("grant", inputs={}, headers=headers):
        raise KeyError("role")
    assert tracer.flush(5)
    (root,) = server.traces()
    assert "KeyError" in root.children[0].document["error"]
    assert root.children[0].ended


def test_no_secret_leaves_in_whatever_place(server, tracer):
    headers = tracer.begin(f"why {SECRET}", inputs={"q": SECRET}, tags=(SECRET,))

    def step():
        with tracer.span(
            f"step {SECRET}", inputs={"deep": [{SECRET: SECRET}]}, headers=headers, metadata={"m": SECRET}
        ) as s:
            s.outputs = {"o": [SECRET]}
            raise ValueError(SECRET)

    with pytest.raises(ValueError, match="hunter"):
        step()
    tracer.end(headers, outputs={"answer": SECRET}, error=SECRET, scores={"answered": 0.0})
    assert tracer.flush(5)
    assert len(list(server.traces()[0].walk())) == 2
    assert not any(SECRET.encode() in body for body in server.bodies)


def test_what_is_huge_is_cut(server, tracer):
    headers = tracer.begin("inspection", inputs={"log": "x" * 5_000_000})
    tracer.end(headers, outputs={}, scores={})
    assert tracer.flush(5)
    assert sum(map(len, server.bodies)) < 400_000


@pytest.mark.parametrize("status", [401, 429, 503])
def test_an_outage_is_nobodys_business(status):
    with LangSmithServer(status=status) as server:
        tracer = tracer_to(server.url)
        headers = tracer.begin("inspection", inputs={})
        with tracer.span("orchestrate", inputs={}, headers=headers) as span:
            span.outputs = {"fine": True}
        tracer.end(headers, outputs={}, scores={"answered": 1.0})
        tracer.flush(0.2)
        assert server.traces() == []


def test_a_process_ends_at_once_when_langsmith_does_not_answer():
    """Nothing listens there: the client's own threads would hold the process for many seconds."""
    script = textwrap.dedent(
        """
        from cloudprobe.adapters.langsmith.sender import Sender
        from cloudprobe.adapters.langsmith.tracer import LangSmithTracer
        from cloudprobe.adapters.local.clock import SystemClock

        tracer = LangSmithTracer(
            Sender(api_key="any", endpoint="http://127.0.0.1:9"), project="p", clock=SystemClock(), redact=lambda v: v
        )
        headers = tracer.begin("inspection", inputs={})
        tracer.end(headers, outputs={}, scores={"answered": 1.0})
        print("sent" if tracer.flush(0.5) else "given up")
        """
    )
    begun = time.monotonic()
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout.split()
    assert done.stderr == ""
    # Far below what the client's own exit takes in an outage, and far above a busy machine's start of Python.
    assert time.monotonic() - begun < 30


def test_the_queue_never_grows_without_end(monkeypatch):
    monkeypatch.setattr("cloudprobe.adapters.langsmith.sender._MOST_WAITING", 50)
    with LangSmithServer(delay=30) as server:
        sender = Sender(api_key="any", endpoint=server.url)
        for number in range(500):
            sender.post({"id": str(number)})
        assert sender.dropped >= 300
