"""Models at the command line, through langchain-aws to a Converse on this machine, apart from the inspected account."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cloudprobe.testing.converse import FAULTS, ConverseServer, use

CLOUDPROBE = str(Path(sys.executable).parent / "cloudprobe")
QUESTION = "Which KMS aliases does this account have and which keys do they point to?"
NO_MODEL = "no model is configured"
SCRIPT = """import json
import sys

import boto3

given = json.load(sys.stdin)
aliases = []
kms = boto3.client("kms", region_name="us-east-1")
for page in kms.get_paginator("list_aliases").paginate():
    aliases += [one["AliasName"] for one in page["Aliases"]]
print(json.dumps({
    "facts": {"aliases": sorted(aliases), "count": len(aliases)},
    "findings": [],
    "resources": [],
    "coverage": {"regions": ["us-east-1"], "skipped": [], "truncated": []},
    "next": [],
}))
"""


def careful(request):
    """A model that plans one probe, writes its script, and answers from its result."""
    answers = {
        "move_answer": {
            "action": "collect",
            "reason": "Nothing is known of aliases.",
            "probes": [{"question": "List every KMS alias in us-east-1", "regions": ["us-east-1"]}],
        },
        "tasks_answer": {
            "tasks": [{"objective": 1, "title": "List KMS aliases", "instructions": "List aliases with ListAliases."}]
        },
        "script_answer": {"script": SCRIPT, "policy": {}},
        "analysis_answer": {"facts": []},
        "conclusion_answer": {"verdict": "cannot_tell", "reason": "Only the count was read.", "claims": []},
    }
    return use(request.tool, answers[request.tool])


@pytest.fixture
def command(clean_account, tmp_path):
    kms = clean_account.client("kms")
    kms.create_alias(AliasName="alias/gadget", TargetKeyId=kms.create_key()["KeyMetadata"]["KeyId"])

    def run(*arguments, server=None, **variables):
        environment = {**os.environ, **clean_account.environment(), **variables}  # noqa: TID251 - for a program under test
        if server:
            environment["CLOUDPROBE_BEDROCK_ENDPOINT_URL"] = server.url
        done = subprocess.run(
            [CLOUDPROBE, *arguments, "--data-dir", str(tmp_path / "data")],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=200,
        )
        assert "Traceback" not in done.stderr
        assert clean_account.client("iam").list_roles(PathPrefix="/cloudprobe/")["Roles"] == []
        return done

    return run


def test_a_conversation_is_had_recorded_and_had_again_without_the_model(command, tmp_path):
    kept = tmp_path / "kept"
    with ConverseServer(then=careful) as server:
        first = command("inspect", QUESTION, "--model", "bedrock", "--record-model", str(kept), "--json", server=server)
        tools = [one.tool for one in server.conversations]
    told = json.loads(first.stdout)
    assert tools[:3] == ["move_answer", "tasks_answer", "script_answer"], first.stderr
    assert len(list(kept.iterdir())) == len(tools)
    again = command("inspect", QUESTION, "--model", f"replay:{kept}", "--json")
    replayed = json.loads(again.stdout)
    assert again.returncode == first.returncode
    assert replayed["outcome"] == told["outcome"]
    assert replayed["answer"] == told["answer"]
    assert [run["status"] for run in replayed["runs"]] == [run["status"] for run in told["runs"]]
    assert "succeeded" in {run["status"] for run in told["runs"]}

    other = command("inspect", "Which KMS aliases point to no key at all?", "--model", f"replay:{kept}", "--json")
    assert other.returncode == 4
    assert "prompt orchestrator_plan of the orchestrator was not asked like this" in json.loads(other.stdout)["answer"]


FULL = pytest.mark.full
CASES = [
    ("no_access", 5, "may not be used"),
    pytest.param("wrong_model", 5, "There is no model", marks=FULL),
    pytest.param("no_region", 5, "There is no model", marks=FULL),
    pytest.param("bad_keys", 5, "credentials", marks=FULL),
    pytest.param("throttled", 5, "refused for rate", marks=FULL),
    pytest.param("timed_out", 5, "did not answer in time", marks=FULL),
    pytest.param("internal", 5, "failed on the provider's side", marks=FULL),
    pytest.param("hang_up", 5, "failed on the provider's side", marks=FULL),
    pytest.param("not_json", 5, "failed on the provider's side", marks=FULL),
]


@pytest.mark.parametrize(("name", "exit_code", "told"), CASES)
def test_a_fault_ends_gracefully_and_the_inspection_goes_on_later(command, name, exit_code, told):
    """The first question is answered, the second is not: what was found until then stands in the report."""
    with ConverseServer(careful, then=FAULTS[name]) as server:
        done = command("inspect", QUESTION, "--model", "bedrock", "--json", server=server)
        report = json.loads(done.stdout)
        assert done.returncode == exit_code, done.stderr
        assert told in report["answer"]
        assert command("report", report["inspection_id"], "--format", "md").returncode == 0
    with ConverseServer(then=careful) as server:
        resumed = command("resume", report["inspection_id"], "--json", server=server)
        assert server.conversations[0].tool == "tasks_answer"
    assert resumed.returncode == 4, resumed.stderr
    assert "Only the count was read" in resumed.stdout or "gadget" in resumed.stdout
    assert told not in json.loads(resumed.stdout)["answer"]


ANSWERS = ["guardrail", "prose", "empty", "cut", "overflow"]


@pytest.mark.parametrize("name", [ANSWERS[0], *[pytest.param(one, marks=FULL) for one in ANSWERS[1:]]])
def test_a_model_that_never_answers_ends_the_inspection_with_a_name(command, name):
    with ConverseServer(then=FAULTS[name]) as server:
        done = command("inspect", QUESTION, "--model", "bedrock", "--json", server=server)
    report = json.loads(done.stdout)
    assert done.returncode == 4, done.stderr
    assert report["outcome"] == "unanswered"
    assert len(server.conversations) <= 9


def test_one_loud_line_where_nobody_chose_a_model(command):
    question = "Which S3 buckets are public?"
    assert command("inspect", question).stderr.count(NO_MODEL) == 1
    quiet = [
        command("inspect", question, "--model", "library"),
        command("inspect", question, "--json"),
        command("inspect", question, CLOUDPROBE_MODEL="library"),
    ]
    assert all(NO_MODEL not in done.stderr for done in quiet)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--model", "nobody:x"], "There is no model provider 'nobody'"),
        (["--model", "openai:gpt-5.5"], "pip install 'langchain-openai'"),
        (["--model", "openai"], "names no model"),
        (["--model", "replay"], "names no folder"),
        (["--model", "replay:/absent"], "no recorded conversation"),
        (["--model-for", "code_generator"], "names no model"),
        (["--model-for", "poet=bedrock"], "There is no agent 'poet'"),
        (["--model", "library:x"], "has no model"),
        (["--record-model", "kept"], "no model is"),
    ],
)
def test_what_makes_no_sense_is_told_before_anything_is_asked(tmp_path, arguments, told):
    done = subprocess.run(
        [CLOUDPROBE, "plan", QUESTION, *arguments, "--data-dir", str(tmp_path)]
        if "--record-model" not in arguments
        else [CLOUDPROBE, "inspect", QUESTION, *arguments, "--data-dir", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert done.returncode in {2, 5}
    assert told in " ".join(done.stderr.split())
