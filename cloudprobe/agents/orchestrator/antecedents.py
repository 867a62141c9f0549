"""What "that function" stands for in a question that continues an inspection: one thing, or nothing.

A variable is filled in only where the question itself says nothing about it. The thing is the one earlier probes were
asked about, the only one of its kind that was seen, or the one whose name the question holds; where several could be
meant none is taken, and the probe looks at all of them.
"""

import re
from collections.abc import Mapping
from typing import Any

from cloudprobe.domain.agents import Antecedents
from cloudprobe.templates.definition import Variable
from cloudprobe.templates.names import has_shape_of_name

_KINDS: Mapping[str, tuple[str, tuple[str, ...]]] = {
    "lambda_function": (r"(?:lambda )?(?:function|lambda)", ("lambda:function",)),
    "s3_bucket": (r"(?:s3 )?bucket", ("s3:bucket",)),
    "iam_user": (r"(?:iam )?user", ("iam:user",)),
    "iam_role": (r"(?:iam |execution )?role", ("iam:role",)),
    "sqs_queue": (r"(?:sqs )?queue", ("sqs:queue",)),
    "alarm": (r"(?:cloudwatch )?(?:alarm|alert)", ("cloudwatch:alarm",)),
    "database": (r"(?:rds )?(?:database|db|cluster|instance)", ("rds:db", "rds:cluster")),
    "load_balancer": (r"(?:load )?balancer", ("elasticloadbalancing:loadbalancer",)),
    "ecs_service": (r"(?:ecs |fargate )?service", ("ecs:service",)),
    "ecs_cluster": (r"(?:ecs )?cluster", ("ecs:cluster",)),
    "security_group": (r"(?:security )?group", ("ec2:security-group",)),
}
"""By what fills a variable: the nouns for the thing, and its types in the inventory."""
_THINGS = frozenset(
    {"function", "bucket", "user", "role", "queue", "alarm", "database", "balancer", "service", "group"}
)
"""Names of variables that say which thing is meant; of two of them, nobody knows which one "it" is."""
_POINTING = r"(?:that|this|the same|the said|said)"
_PRONOUN = re.compile(r"\b(?:it|its|itself)\b", re.IGNORECASE)
_SHORTEST_NAME = 3


def resolved(question: str, variables: Mapping[str, Variable], known: Antecedents) -> dict[str, Any]:
    """Values for variables that the question leaves open and refers to.

    Args:
        question: as a person put it.
        variables: of a template, those the question says nothing about.
        known: what earlier questions and their answers were about.
    """
    kinds = {name: _KINDS[one.extract] for name, one in variables.items() if one.extract in _KINDS}
    found: dict[str, Any] = {}
    for name, (noun, types) in kinds.items():
        value = _named(question, types, known) or _pointed_at(question, name, noun, types, known)
        if value and not variables[name].problem_with([value] if variables[name].type == "list" else value):
            found[name] = [value] if variables[name].type == "list" else value
    if not found and _PRONOUN.search(question):
        meant = {name: value for name in kinds if (value := _only(known.variables.get(name, ())))}
        others = (_THINGS & known.variables.keys()) - kinds.keys()
        found = meant if len(meant) == 1 and not others else {}
    return found


def _named(question: str, types: tuple[str, ...], known: Antecedents) -> str:
    """The one thing that was seen whose name stands in the question."""
    names = {_name(arn) for kind in types for arn in known.things.get(kind, ())}
    meant = [name for name in names if len(name) >= _SHORTEST_NAME and has_shape_of_name(name) and _in(name, question)]
    longest = max(meant, key=len, default="")
    return longest if all(_in(name, longest) for name in meant) else ""


def _pointed_at(question: str, variable: str, noun: str, types: tuple[str, ...], known: Antecedents) -> str:
    if not re.search(rf"\b{_POINTING} {noun}\b", question, re.IGNORECASE):
        return ""
    seen = tuple(_name(arn) for kind in types for arn in known.things.get(kind, ()))
    return _only(known.variables.get(variable, ())) or _only(seen)


def _only(values: tuple[str, ...]) -> str:
    return values[0] if len(set(values)) == 1 else ""


def _name(arn: str) -> str:
    return re.split(r"[:/]", arn)[-1] if arn.startswith("arn:") else arn


def _in(name: str, text: str) -> bool:
    return re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", text, re.IGNORECASE) is not None
