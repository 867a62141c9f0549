"""``--mask`` from the command line: what reaches the model's server and LangSmith, and what the person is told."""

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from cloudprobe.testing.converse import FAULTS, ConverseServer, use
from cloudprobe.testing.langsmith import LangSmithServer

CLOUDPROBE = str(Path(sys.executable).parent / "cloudprobe")
PARTNER, TENANT = "444455556666", "777788889999"
QUESTION = "Which accounts may use the roles of the account {account}, and what are their topics called?"
SCRIPT = """import json
import sys

import boto3

given = json.load(sys.stdin)
iam, sns = boto3.client("iam"), boto3.client("sns", region_name="us-east-1")
roles, resources, findings = [], [], []
for page in iam.get_paginator("list_roles").paginate(PathPrefix="/partners/"):
    for number, role in enumerate(page["Roles"]):
        roles.append({"arn": role["Arn"], "trust": role["AssumeRolePolicyDocument"]})
        resources.append({"arn": role["Arn"], "type": "iam:role", "region": "", "summary": {}})
        findings.append({
            "id": "role-trusts-other-account",
            "title": f"Role {role['RoleName']} trusts another account",
            "severity": "low",
            "resource": role["Arn"],
            "evidence": [f"/calls/{page['ResponseMetadata']['RequestId']}/response/Roles/{number}/AssumeRolePolicyDocument"],
            "fix": "See that it should.",
        })
topics = [one["TopicArn"] for one in sns.list_topics()["Topics"]]
facts = {"summary": f"{len(roles)} roles trust others.", "roles": roles, "topics": topics, "first": roles[0]["arn"], "given": given}
print(json.dumps({
    "facts": facts, "findings": findings, "resources": resources,
    "coverage": {"regions": ["us-east-1"], "skipped": [], "truncated": []}, "next": [],
}))
"""
BROKEN = SCRIPT.replace("json.load(sys.stdin)\n", 'json.load(sys.stdin)\nraise ValueError(f"not in {given}")\n')
ARN = re.compile(r"arn:aws:iam::\d{12}:role/partners/[\w-]+")


class Careful:
    """Plans twice, writes a script that fails and one that does not, and answers with the ARN it was shown."""

    def __init__(self):
        self.moves = self.scripts = 0

    def __call__(self, request):
        return use(request.tool, getattr(self, request.tool)(request))

    def move_answer(self, request):
        self.moves += 1
        account = re.search(r"Accounts: (\d{12})", request.text)[1]
        wish = {
            "question": f"Roles of {account}, look {self.moves}",
            "accounts": [account],
            "variables": {"of": account},
        }
        return {"action": "collect" if self.moves < 3 else "complete", "reason": "So.", "probes": [wish]}

    def tasks_answer(self, request):
        of = re.search(r'"of": "(\d{12})"', request.text)[1]
        return {
            "tasks": [
                {
                    "objective": 1,
                    "title": "Roles",
                    "instructions": f"List roles of {of}.",
                    "variables": {"of": of, "n": self.moves},
                }
            ]
        }

    def script_answer(self, request):
        self.scripts += 1
        return {"script": BROKEN if self.scripts == 1 else SCRIPT, "policy": {}}

    def analysis_answer(self, request):
        return {
            "facts": [{"statement": f"There is {self._arn(request)}.", "evidence": [self._run(request) + "/first"]}]
        }

    def conclusion_answer(self, request):
        arn = self._arn(request)
        claim = {"text": f"The role {arn} trusts others.", "evidence": [self._run(request) + "/first"], "key": True}
        fix = {
            "text": "Tag it.",
            "service": "iam",
            "operation": "UntagRole",
            "parameters": {"RoleName": arn.rpartition("/")[2], "TagKeys": [arn]},
        }
        return {"verdict": "answered", "reason": "Seen.", "claims": [claim], "fixes": [fix]}

    def _arn(self, request):
        return re.search(r"/result/facts/first = \"(arn:[^\"]+)", request.text)[1]

    def _run(self, request):
        return re.search(r"(\d/\d/\d#/result/facts)/first", request.text)[1]


@pytest.fixture
def account(clean_account):
    iam = clean_account.client("iam")
    for name, other in (("partner", PARTNER), ("tenant", TENANT)):
        statement = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{other}:root"}, "Action": "sts:AssumeRole"}
        trust = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        iam.create_role(RoleName=f"of-{name}", Path="/partners/", AssumeRolePolicyDocument=trust)
    for name in (f"events-of-{PARTNER}", f"{TENANT}-feed"):
        clean_account.client("sns").create_topic(Name=name)
    return clean_account


@pytest.fixture
def command(account, tmp_path):
    def run(*arguments, server=None, **variables):
        environment = {**os.environ, **account.environment(), **variables}  # noqa: TID251 - for a program under test
        if server:
            environment["CLOUDPROBE_BEDROCK_ENDPOINT_URL"] = server.url
        done = subprocess.run(
            [CLOUDPROBE, *arguments, "--data-dir", str(tmp_path / "data"), "--json"],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=200,
        )
        assert "Traceback" not in done.stderr
        return json.loads(done.stdout)

    return run


def sent(server):
    return "\n".join(json.dumps(request.body, ensure_ascii=False) for request in server.requests)


def masked(text, account):
    """Whether no account of the data stands in it, whichever way it is written."""
    return [one for one in (account.account_id, PARTNER, TENANT) if one in text] == []


def test_no_account_reaches_model_recording_or_trace_and_the_person_is_told_the_real_ones(account, command, tmp_path):
    kept, question = tmp_path / "kept", QUESTION.format(account=account.account_id)
    with ConverseServer(then=Careful()) as server, LangSmithServer() as langsmith:
        traced = {"LANGSMITH_API_KEY": "lsv2_pt_0123456789abcdef0123456789abcdef", "LANGSMITH_ENDPOINT": langsmith.url}
        asked = ("inspect", question, "--mask", "--model", "bedrock")
        report = command(*asked, "--record-model", str(kept), server=server, **traced)
        tools = [request.tool for request in server.conversations]
        assert {"move_answer", "tasks_answer", "script_answer", "analysis_answer", "conclusion_answer"} == set(tools)
        assert tools.count("script_answer") > 2, "a script, what was wrong with it, and another one"
        assert tools.count("move_answer") > 1, "more than one iteration"
        assert masked(sent(server), account)
        systems = {
            json.dumps(request.body["system"]) for request in server.conversations if request.tool == "move_answer"
        }
        assert len(systems) == 1
        (root,) = langsmith.traces()
        documents = [json.dumps(run.document) for run in root.walk()]
        assert sum(run.kind == "llm" for run in root.walk()) == len(server.conversations)
        assert all(masked(document, account) for document in documents)
    assert report["outcome"] == "answered"
    (claim,) = report["claims"]
    assert claim["verified"]
    assert f"arn:aws:iam::{account.account_id}:role/partners/" in claim["text"]
    told = json.dumps(report)
    assert PARTNER in told
    (masks,) = tmp_path.rglob("masks.json")
    stand_ins = json.loads(masks.read_text()).values()
    assert stand_ins
    # By name and not by their first digits, which the noise of a float has at times (0.27618299999999996).
    assert not [one for one in stand_ins if one in told], "no stand-in is left"
    assert {run["variables"]["of"] for run in report["runs"]} == {account.account_id}
    recorded = "".join(path.read_text() for path in kept.iterdir())
    assert masked(recorded, account)

    again = command("inspect", question, "--mask", "--model", f"replay:{kept}")
    assert (again["answer"], again["outcome"]) == (report["answer"], "answered")
    assert [run["status"] for run in again["runs"]] == [run["status"] for run in report["runs"]]


@pytest.mark.full
def test_what_is_resumed_keeps_its_stand_ins(account, command):
    question = QUESTION.format(account=account.account_id)
    careful = Careful()
    with ConverseServer(careful, careful, careful, then=FAULTS["no_access"]) as server:
        report = command("inspect", question, "--mask", "--model", "bedrock", server=server)
        before = sent(server)
    assert report["outcome"] == "no_access"
    with ConverseServer(then=careful) as server:
        resumed = command("resume", report["inspection_id"], server=server)
        after = sent(server)
    assert masked(before + after, account)
    stand_in = re.compile(r"Accounts: (\d{12})")
    assert set(stand_in.findall(before)) == set(stand_in.findall(after))
    assert len(set(stand_in.findall(after))) == 1
    assert resumed["outcome"] == "answered"
    assert account.account_id in resumed["answer"]


@pytest.mark.full
def test_without_the_option_the_model_sees_what_there_is(account, command):
    """Or the tests above would show nothing."""
    with ConverseServer(then=Careful()) as server:
        command("inspect", QUESTION.format(account=account.account_id), "--model", "bedrock", server=server)
        assert all(one in sent(server) for one in (account.account_id, PARTNER, TENANT))
