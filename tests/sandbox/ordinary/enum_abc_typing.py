from __future__ import annotations
import abc, enum, json, sys
from dataclasses import asdict, dataclass, field
from functools import cached_property, lru_cache, partial
from typing import Any, Iterator, Literal, Optional, Protocol, TypedDict
import boto3

class Severity(str, enum.Enum):
    HIGH = "high"
    LOW = "low"

class Finding(TypedDict, total=False):
    id: str
    severity: str

@dataclass(frozen=True)
class Result:
    findings: list[Finding] = field(default_factory=list)
    coverage: dict[str, Any] = field(default_factory=dict)

class Check(abc.ABC):
    @abc.abstractmethod
    def run(self) -> Iterator[Finding]: ...

class Users(Check):
    def __init__(self, session: Optional[boto3.session.Session] = None):
        self.session = session or boto3.session.Session()
    @cached_property
    def iam(self):
        return self.session.client("iam")
    def run(self):
        for page in self.iam.get_paginator("list_users").paginate():
            yield from ({"id": u["UserName"], "severity": Severity.LOW.value} for u in page["Users"] if u["UserName"].endswith("1"))

json.dump(asdict(Result(findings=list(Users().run()), coverage={"regions": ["global"]})), sys.stdout, sort_keys=True)
