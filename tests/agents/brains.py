"""Language models that are scripts: by what they are asked, never by how it is worded."""

from collections import defaultdict, deque

from cloudprobe.agents.code_generator.model import ScriptAnswer
from cloudprobe.agents.discovery_analyst.model import AnalysisAnswer
from cloudprobe.agents.orchestrator.shapes import ConclusionAnswer, MoveAnswer
from cloudprobe.agents.prompt_generator.model import TasksAnswer
from cloudprobe.domain.tokens import estimate
from cloudprobe.errors import ModelAnswerError

ROOM = 60_000

LOG_GROUPS = """\
import json
import sys

import boto3
from botocore.exceptions import ClientError


def main():
    variables = json.load(sys.stdin)
    findings, resources, skipped = [], [], []
    for region in variables["regions"]:
        logs = boto3.client("logs", region_name=region)
        try:
            for page in logs.get_paginator("describe_log_groups").paginate():
                call = f"/calls/{page['ResponseMetadata']['RequestId']}/response/logGroups"
                for number, group in enumerate(page["logGroups"]):
                    days = group.get("retentionInDays")
                    arn = group["arn"]
                    resources.append({"arn": arn, "type": "logs:group", "region": region, "summary": {"days": days}})
                    if days is None:
                        findings.append(
                            {
                                "id": "log-group-keeps-forever",
                                "title": f"Log group {group['logGroupName']} keeps its logs forever",
                                "severity": "low",
                                "resource": arn,
                                "evidence": [f"{call}/{number}/logGroupName"],
                                "fix": "Set a retention.",
                            }
                        )
        except ClientError as error:
            skipped.append({"what": f"log groups in {region}", "why": error.response["Error"]["Code"]})
    facts = {
        "summary": f"{len(findings)} of {len(resources)} log groups keep their logs forever.",
        "forever": len(findings),
        "groups": len(resources),
        "names": [finding["title"].split()[2] for finding in findings],
    }
    coverage = {"regions": variables["regions"], "skipped": skipped, "truncated": []}
    json.dump({"facts": facts, "findings": findings, "resources": resources, "coverage": coverage, "next": []}, sys.stdout)


main()
"""
QUESTION = "How long are the log groups of our services kept before they expire?"


class Brain:
    """Answers by shape from queues; the last answer of a queue is given again and again.

    An answer is a dictionary for the shape, an exception, or a function of the prompt that gives either.
    """

    def __init__(self, *, room=ROOM, **answers):
        self._room = room
        self._answers = {name: deque(given if isinstance(given, list) else [given]) for name, given in answers.items()}
        self.prompts = []
        self.asked = defaultdict(int)

    def answer(self, prompt, *, shape, agent):
        assert estimate(prompt.system) + estimate(prompt.user) <= self._room
        self.prompts.append(prompt)
        self.asked[agent] += 1
        queue = self._answers[shape.__name__.removesuffix("Answer").lower()]
        given = queue.popleft() if len(queue) > 1 else queue[0]
        given = given(prompt) if callable(given) else given
        if isinstance(given, Exception):
            raise given
        return shape.model_validate(given)

    def room(self, agent):
        return self._room

    @property
    def last(self):
        return self.prompts[-1]


def wish(question=QUESTION, **given):
    return {"question": question, **given}


def collect(*wishes, reason="It has to be looked at."):
    return {"action": "collect", "reason": reason, "probes": list(wishes or (wish(regions=["us-east-1"]),))}


COMPLETE = {"action": "complete", "reason": "Enough is known."}
TASKS = {
    "tasks": [
        {
            "objective": 1,
            "title": "Retention of log groups",
            "instructions": "List log groups by region and report those without retention.",
            "variables": {"regions": ["us-east-1"]},
            "success_criteria": ["Names every log group without retention"],
        }
    ]
}
SCRIPT = {
    "script": LOG_GROUPS,
    "policy": {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Action": ["logs:DescribeLogGroups", "logs:*"], "Resource": "*"}],
    },
}
ANALYSIS = {
    "facts": [{"statement": "Some log groups never expire.", "evidence": ["1/1/0#/result/facts/forever"]}],
    "hypotheses": [
        {
            "statement": "Nobody set a retention.",
            "status": "supported",
            "confidence": "high",
            "reason": "They have none.",
            "evidence": ["1/1/0#/result/facts/forever"],
        }
    ],
}
CONCLUSION = {
    "verdict": "answered",
    "reason": "Every log group was seen.",
    "claims": [
        {"text": "Two log groups are kept forever.", "evidence": ["1/1/0#/result/facts/forever"], "key": True},
    ],
    "fixes": [
        {
            "text": "Set a retention.",
            "service": "logs",
            "operation": "PutRetentionPolicy",
            "parameters": {"logGroupName": "x", "retentionInDays": 30},
            "region": "us-east-1",
        }
    ],
}


def careful(**changes):
    """One look, one script, one answer."""
    answers = {
        "move": [collect(), COMPLETE],
        "tasks": TASKS,
        "script": SCRIPT,
        "analysis": ANALYSIS,
        "conclusion": CONCLUSION,
    }
    return Brain(**{**answers, **changes})


def dumb(error=None):
    """A model that never gives a usable answer."""
    error = error or ModelAnswerError("The model answered in prose.")
    return Brain(move=error, tasks=error, script=error, analysis=error, conclusion=error)


SHAPES = (MoveAnswer, TasksAnswer, ScriptAnswer, AnalysisAnswer, ConclusionAnswer)
