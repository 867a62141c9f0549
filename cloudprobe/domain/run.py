"""One execution of a probe: what is asked of a runner, and what came of it."""

from enum import StrEnum
from typing import Any, Literal

from pydantic import Field

from cloudprobe.domain.model import Model
from cloudprobe.domain.probe import ProbeResult

AccessPath = Literal["role", "session", "federation"]
"""A role for each run; the run's policy as session policy on a given role; GetFederationToken (docs/access.md)."""


class Grant(Model):
    """The temporary access of one run. Names things; holds no credential, so it may stand in any state or history."""

    run_id: str
    path: AccessPath = "role"
    account: str = ""
    """Twelve digits: the account it gives access to."""
    role_arn: str
    """The role that the run's sessions are of; empty for a federation token."""
    external_id: str
    """Guards against mixing up runs; not a secret."""
    expires: str
    """ISO 8601, UTC. A janitor may delete the role after this."""


class GrantRequest(Model):
    run_id: str
    account: str = ""
    """Twelve digits; empty where only one account is inspected."""
    policy: dict[str, Any]
    policy_digest: str
    data_class: str = "metadata"
    operations: tuple[str, ...] = ()
    """``service:Operation`` as botocore names them: what the run may call."""


class RunRequest(Model):
    """Everything a runner needs, as plain data, so that the same bytes work in process and in Fargate."""

    run_id: str
    script: str
    variables: dict[str, Any] = Field(default_factory=dict)
    permit: dict[str, Any]
    """``permit.schema.json``."""
    policy: dict[str, Any] = Field(default_factory=dict)
    """What was granted; a session of a shared role is given it by the runner."""
    grant: Grant
    region: str
    """The region a client has that names none."""
    wall_seconds: float = 120.0
    budget_usd: float | None = None
    """What its priced calls may cost together. None: no bound."""


class RunStatus(StrEnum):
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    """The script raised, or printed something that is not a result."""
    LIMITED = "limited"
    """A limit tripped; ``limit`` names it."""
    REFUSED = "refused"
    CANCELLED = "cancelled"


class RunError(Model):
    """Why a run did not succeed, as feedback for code generation."""

    type: str
    message: str
    line: int | None = None
    """Line of the script, from 1."""
    code: str = ""
    """The service's error code, for example ``AccessDenied``."""
    operation: str = ""
    hint: str = ""
    temporary: bool = False


class Usage(Model):
    wall_seconds: float = 0.0
    cpu_seconds: float = 0.0
    peak_memory_bytes: int = 0
    calls: int = 0
    response_bytes: int = 0
    usd: float = 0.0
    """Of the calls that cost money, at AWS's list prices in us-east-1."""
    paid: dict[str, float] = Field(default_factory=dict)
    """``service:Operation`` to the units paid for; what is free of charge is not named."""


class Access(Model):
    """Granted, used, denied: ``service:Operation`` each, sorted."""

    granted: tuple[str, ...] = ()
    used: tuple[str, ...] = ()
    denied: tuple[str, ...] = ()
    hidden: tuple[str, ...] = ()
    """Roles of cloudprobe's own runs that were left out of answers, as ARN or else by name; the recording has each."""

    @property
    def excess(self) -> tuple[str, ...]:
        """What was granted and not needed."""
        return tuple(sorted(set(self.granted) - set(self.used)))


DenialCause = Literal[
    "probe_policy",
    "ceiling",
    "inspector",
    "organisation",
    "resource_policy",
    "key_policy",
    "endpoint_policy",
    "propagation",
    "region",
    "ownership",
    "budget",
    "untold",
]
"""Whose word a denial was: the probe's policy, the ceiling over it, the inspector role under it, the organisation, the
resource's, key's or endpoint's own policy; a role IAM did not know yet; the broker's, before anything was sent."""


class Denial(Model):
    """An operation that was denied, why, and what a person could do about it."""

    operation: str
    """``service:Operation``."""
    cause: DenialCause
    action: str = ""
    """The IAM action that is missing."""
    resource: str = ""
    """ARN, or ``*`` where none is known: the first of several."""
    resources: tuple[str, ...] = ()
    """Everything it was denied on, at most 50; the statement names them all."""
    further_resources: int = 0
    """Resources beyond those."""
    explanation: str
    statement: dict[str, Any] | None = None
    """The one statement that would let it through; the condition that exempts, where something denies explicitly."""
    where: str = ""
    """Where it belongs."""
    count: int = 1
    """Calls denied so."""


class AccessFigures(Model):
    """How much access there was, and how much of it was for nothing."""

    granted: int = 0
    """Operations the permit allowed; so counted are ``used`` and ``denied``."""
    used: int = 0
    denied: int = 0
    hidden: int = 0
    """Roles of cloudprobe's own runs that were left out of answers."""
    policy_excess: int = 0
    """Number of actions the policy allowed that no operation in the code needs. The aim is 0."""
    excess_actions: tuple[str, ...] = ()
    """Their names."""
    not_reached: tuple[str, ...] = ()
    """Operations the code can call and this run had no reason to: a branch not taken is no excess of the policy."""


class RunOutcome(Model):
    """What came of a run. Its result is an artefact of its own when stored; see ``ports.ArtifactStore``."""

    run_id: str
    account: str = ""
    """Twelve digits: the account it looked at."""
    status: RunStatus
    result: ProbeResult | None = None
    result_digest: str = ""
    """SHA-256 of the bytes the script printed, which a replay gives again; empty where it printed nothing."""
    error: RunError | None = None
    limit: str = ""
    usage: Usage = Usage()
    access: Access = Access()
    denials: tuple[Denial, ...] = ()
    isolation: str = ""
    log: str = ""
    """The end of the script's standard error, at most 4,000 characters."""
    started: str = ""
    """ISO 8601, UTC."""
