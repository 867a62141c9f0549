"""An inspection as LangSmith gets to see it, from the command line."""

import subprocess
import sys
from pathlib import Path

import pytest

from cloudprobe.testing.langsmith import LangSmithServer

CLOUDPROBE = str(Path(sys.executable).parent / "cloudprobe")
KEY = "lsv2_pt_0123456789abcdef0123456789abcdef"
STEPS = [
    *("orchestrate", "generate_prompt", "generate_code", "validate", "approve", "grant", "execute", "revoke"),
    *("analyze", "aggregate", "orchestrate", "process_results"),
]


def inspect(tmp_path, server, **variables):
    """Exit code and standard output of one inspection of an embedded account."""
    done = subprocess.run(
        [
            CLOUDPROBE,
            "inspect",
            "Which S3 buckets are public?",
            "--world",
            "all-well",
            "--json",
        ],
        env={
            "PATH": "/usr/bin:/bin",
            "LANGSMITH_ENDPOINT": server.url,
            "CLOUDPROBE_DATA_DIR": str(tmp_path),
            **variables,
        },
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )
    assert done.returncode in (0, 4), done.stderr
    return done.returncode, done.stdout


@pytest.fixture
def server():
    with LangSmithServer() as server:
        yield server


def test_with_a_key_there_is_one_trace_with_code_verdicts_results_and_scores(tmp_path, server):
    code, _ = inspect(tmp_path, server, LANGSMITH_API_KEY=KEY, LANGSMITH_TRACING="true", LANGSMITH_PROJECT="mine")
    assert code == 0
    (root,) = server.traces()
    assert [run.name for run in root.walk()] == ["inspection", *STEPS]
    assert all(run.ended for run in root.walk())
    steps = {run.name: run.document for run in root.children}
    assert "import boto3" in steps["generate_code"]["outputs"]["code"][0]["script"]
    assert steps["validate"]["outputs"]["verdicts"][0]["accepted"]
    assert steps["execute"]["outputs"]["results"][0]["status"] == "succeeded"
    assert "collected_data" in steps["execute"]["outputs"]["state_changes"]
    assert root.document["outputs"]["outcome"] == "nothing_found"
    assert root.document["session_name"] == "mine"
    scores = {entry["key"]: entry["score"] for entry in server.feedback}
    assert scores == {"answered": 1.0, "cited_share": 1.0, "retries": 0.0, "policy_excess": 0.0}
    assert not any(KEY.encode() in body for body in server.bodies)


@pytest.mark.parametrize(
    "variables",
    [
        {"LANGSMITH_TRACING": "true", "LANGCHAIN_TRACING_V2": "true"},
        {"LANGSMITH_API_KEY": KEY, "LANGSMITH_TRACING": "false"},
    ],
    ids=["without a key", "switched off"],
)
def test_without_a_key_or_switched_off_nothing_is_sent(tmp_path, server, variables):
    code, _ = inspect(tmp_path, server, **variables)
    assert code == 0
    assert server.calls == {}


@pytest.mark.full
def test_an_outage_changes_nothing(tmp_path, server):
    server.status = 503
    code, out = inspect(tmp_path, server, LANGSMITH_API_KEY=KEY)
    assert code == 0
    assert '"outcome": "nothing_found"' in out
    assert server.traces() == []
