"""Counts, names and sizes in words, the same in the answer and in every format."""

import re
from collections.abc import Iterable, Mapping

from cloudprobe.domain.inspection import Outcome
from cloudprobe.domain.probe import Severity
from cloudprobe.domain.report import ReportFinding

OUTCOMES = {
    Outcome.ANSWERED: "Answered",
    Outcome.NOTHING_FOUND: "Nothing wrong found",
    Outcome.UNANSWERED: "Not answered",
    Outcome.REFUSED: "Refused",
    Outcome.NO_ACCESS: "No access",
    Outcome.FAILED: "Failed",
    Outcome.INTERRUPTED: "Interrupted",
}
CONFIDENCE = {"high": "High", "medium": "Medium", "low": "Low", "none": "No"}
_SERVICES = {
    "apigateway": "API Gateway",
    "cloudformation": "CloudFormation",
    "cloudtrail": "CloudTrail",
    "cloudwatch": "CloudWatch",
    "dynamodb": "DynamoDB",
    "elasticloadbalancing": "load balancing",
    "elbv2": "load balancing",
    "events": "EventBridge",
    "lambda": "Lambda",
    "logs": "CloudWatch Logs",
    "secretsmanager": "Secrets Manager",
    "states": "Step Functions",
    "stepfunctions": "Step Functions",
}
_LONGEST_ACRONYM = 3
_KIBI = 1024
_SHORTEST = 0.0005
_MINUTE = 60
_TWO_DIGITS = 10


def counted(number: int, noun: str) -> str:
    """``1 finding``, ``12 findings``, ``3 policies``."""
    return f"{number:,} {noun if number == 1 else _plural(noun)}"


def things(number: int, kind: str) -> str:
    """A count of an inventory type: ``12 S3 buckets`` for ``s3:bucket``."""
    service, colon, noun = kind.partition(":")
    if not colon or not noun.replace("-", "").replace("_", "").isalpha() or not noun.isascii():
        return f"{number:,} of {kind}"
    name = _SERVICES.get(service) or (service.upper() if len(service) <= _LONGEST_ACRONYM else service)
    return f"{number:,} {name} {_last_plural(number, noun.replace('-', ' ').replace('_', ' '))}"


def listed(parts: Iterable[str], *, most: int | None = None) -> str:
    """``a, b and c``; at most so many, then how many more."""
    shown = list(parts)
    if most is not None and len(shown) > most:
        shown = [*shown[:most], f"{len(shown) - most:,} more"]
    return " and ".join(filter(None, (", ".join(shown[:-1]), shown[-1]))) if shown else ""


def severities(findings: Iterable[ReportFinding]) -> dict[Severity, int]:
    """Number of findings by severity, worst first, those that occur."""
    found = [finding.severity for finding in findings]
    return {severity: found.count(severity) for severity in Severity if severity in found}


def severity_words(counts: Mapping[Severity, int]) -> str:
    """``1 critical and 2 high``."""
    return listed(f"{count:,} {severity}" for severity, count in counts.items())


def seconds(value: float) -> str:
    if value < _SHORTEST:
        return "under 1 ms"
    if value < 1:
        return f"{value * 1000:.0f} ms"
    if value < _MINUTE:
        return f"{value:.1f} s"
    minutes, rest = divmod(round(value), _MINUTE)
    return f"{minutes:,} min {rest:02d} s"


def size(value: int) -> str:
    """Bytes in the largest unit that leaves a number of at least one."""
    amount, unit = float(value), "B"
    for larger in ("KB", "MB", "GB"):
        if amount < _KIBI:
            break
        amount, unit = amount / _KIBI, larger
    exact = unit == "B" or amount >= _TWO_DIGITS
    return f"{amount:,.0f} {unit}" if exact else f"{amount:.1f} {unit}"


def sentence(text: str) -> str:
    """The text on one line, ending as a sentence does; empty stays empty."""
    line = " ".join(re.split(r"[ \t\r\n]+", text)).strip(" ")
    return line if not line or line[-1] in ".!?…" else f"{line}."


def _last_plural(number: int, noun: str) -> str:
    return noun if number == 1 else _plural(noun)


def _plural(noun: str) -> str:
    if noun.endswith("y") and noun[-2:-1] not in "aeiou":
        return f"{noun[:-1]}ies"
    return f"{noun}es" if noun.endswith(("s", "x", "ch", "sh")) else f"{noun}s"
