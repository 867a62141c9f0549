"""Contract 1: what a probe script is and what it prints (docs/adr/0001)."""

import hashlib
import json
from enum import StrEnum
from functools import cached_property
from typing import Any

from pydantic import Field

from cloudprobe.domain.model import Model


class Severity(StrEnum):
    CRITICAL = "critical"
    HIGH = "high"
    MEDIUM = "medium"
    LOW = "low"
    INFO = "info"

    @property
    def rank(self) -> int:
        """0 is worst."""
        return list(Severity).index(self)


class Dependency(Model):
    """A pinned package a script imports beyond the standard library."""

    name: str
    version: str


class Probe(Model):
    """One package: script, pinned dependencies, minimal IAM policy. Known by its SHA-256."""

    script: str
    dependencies: tuple[Dependency, ...] = ()
    policy: dict[str, Any]
    """An IAM policy document."""
    template: str | None = None
    """The library template the script is, when it is one unchanged."""
    description: str = ""
    variables_digest: str = ""
    """SHA-256 of the variables it was signed off with, as canonical JSON; empty outside an inspection."""

    @cached_property
    def digest(self) -> str:
        """SHA-256 of script, dependencies and policy as canonical JSON; what it is called plays no part."""
        package = self.model_dump(mode="json", include={"script", "dependencies", "policy"})
        canonical = json.dumps(package, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
        return hashlib.sha256(canonical.encode()).hexdigest()


class ProbeFinding(Model):
    """A claim a script makes about one resource."""

    id: str = Field(min_length=1, max_length=200)
    """Kind of finding, stable between accounts, for example ``s3-bucket-public-read``."""
    title: str = Field(min_length=1, max_length=1000)
    severity: Severity
    resource: str = Field(max_length=2048)
    """ARN; a plain name where AWS gives the thing no ARN."""
    evidence: tuple[str, ...] = ()
    """``/result/<pointer>``, ``/calls/<request id>/response/<pointer>`` or ``/calls/<request id>/error/<pointer>``."""
    fix: str = ""


class ProbeResource(Model):
    """A thing that was seen, for the inventory."""

    arn: str = Field(min_length=1, max_length=2048)
    type: str
    """``service:kind``, for example ``s3:bucket``."""
    region: str = ""
    summary: dict[str, Any] = Field(default_factory=dict)


class Skipped(Model):
    what: str
    why: str
    account: str = ""
    """Twelve digits; known from the run, whatever its script says."""


class Coverage(Model):
    """What the script looked at, and what it could not."""

    regions: tuple[str, ...] = ()
    skipped: tuple[Skipped, ...] = ()
    truncated: tuple[str, ...] = ()


class Suggestion(Model):
    """Where to look next: a template, or a question for one to be found."""

    template: str | None = None
    question: str | None = None
    variables: dict[str, Any] = Field(default_factory=dict)
    account: str = ""
    """Twelve digits; known from the run, whatever its script says."""


class ProbeResult(Model):
    """The one JSON document a probe prints on standard output."""

    facts: dict[str, Any] = Field(default_factory=dict)
    """Free, but ``facts.summary``, where present, is one sentence that answers, made of values that stand in facts.
    ``facts.undecided`` is true where nothing is at fault in what could be seen, and the rest decides."""
    findings: tuple[ProbeFinding, ...] = ()
    resources: tuple[ProbeResource, ...] = ()
    coverage: Coverage = Coverage()
    next: tuple[Suggestion, ...] = ()

    def of_account(self, account: str) -> "ProbeResult":
        """The same, with what a script cannot know for certain, and must not choose, put right: whose account it is."""
        coverage = self.coverage.model_copy(
            update={"skipped": tuple(gap.model_copy(update={"account": account}) for gap in self.coverage.skipped)}
        )
        following = tuple(suggestion.model_copy(update={"account": account}) for suggestion in self.next)
        return self.model_copy(update={"coverage": coverage, "next": following})

    @property
    def undecided(self) -> bool:
        """The probe says that what it could see does not answer the question."""
        return self.facts.get("undecided") is True

    @property
    def summary(self) -> str:
        value = self.facts.get("summary", "")
        return value if isinstance(value, str) else ""
