"""The per-run role as IAM holds it: what it has to be, what stands there, and how it goes away."""

import hashlib
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from cloudprobe.adapters.aws.failures import code_of
from cloudprobe.domain.ids import role_name

PATH = "/cloudprobe/"
POLICY_NAME = "probe"
TAG_INSPECTION = "cloudprobe:inspection"
TAG_RUN = "cloudprobe:run"
TAG_EXPIRES = "cloudprobe:expires"
SESSION_SECONDS = 3600
"""The least IAM allows as a role's maximum."""
_MISSING = "NoSuchEntity"


def external_id(run_id: str, *, account: str) -> str:
    """Known again after a crash without having been stored; guards against mixing up runs, and is no secret."""
    return hashlib.sha256(f"cloudprobe {account} {run_id}".encode()).hexdigest()[:32]


def session_name(run_id: str) -> str:
    """Of a run's session, and its source identity: one query of the trail shows the run."""
    return run_id.replace("/", "-")


@dataclass(frozen=True, slots=True, kw_only=True)
class RunRole:
    """What a run's role has to be.

    Args:
        run_id: whose access it is.
        runner_arn: the only principal that may assume it.
        external_id: what that principal has to say.
        boundary_arn: the ceiling.
        policy: the probe's; without statements the role may do nothing.
        expires: ISO 8601, UTC.
    """

    run_id: str
    runner_arn: str
    external_id: str
    boundary_arn: str
    policy: Mapping[str, Any]
    expires: str

    @property
    def name(self) -> str:
        return role_name(self.run_id)

    @property
    def trust(self) -> dict[str, Any]:
        principal = {"AWS": self.runner_arn}
        return {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": principal,
                    "Action": "sts:AssumeRole",
                    "Condition": {"StringEquals": {"sts:ExternalId": self.external_id}},
                },
                {
                    "Effect": "Allow",
                    "Principal": principal,
                    "Action": "sts:SetSourceIdentity",
                    "Condition": {"StringEquals": {"sts:SourceIdentity": session_name(self.run_id)}},
                },
            ],
        }

    @property
    def tags(self) -> dict[str, str]:
        return {TAG_INSPECTION: self.run_id.split("/")[0], TAG_RUN: self.run_id, TAG_EXPIRES: self.expires}

    @property
    def inline(self) -> dict[str, Any]:
        """Inline policies by name. IAM takes no policy without a statement."""
        return {POLICY_NAME: dict(self.policy)} if self.policy.get("Statement") else {}


@dataclass(frozen=True, slots=True, kw_only=True)
class StandingRole:
    """A role as found in the account, whoever made it."""

    name: str
    arn: str
    path: str
    trust: Mapping[str, Any]
    boundary_arn: str
    tags: Mapping[str, str]
    inline: Mapping[str, Any] = field(default_factory=dict)
    attached: tuple[str, ...] = ()

    @property
    def run_id(self) -> str:
        """The run it was made for by us; empty for anybody else's role, which is never touched."""
        run = self.tags.get(TAG_RUN, "")
        return run if self.path == PATH and run and self.name == role_name(run) else ""

    def gives(self, wanted: RunRole) -> bool:
        """Whether it is exactly the access wanted; when it expires is another matter."""
        return (
            self.run_id == wanted.run_id
            and self.trust == wanted.trust
            and self.boundary_arn == wanted.boundary_arn
            and self.inline == wanted.inline
            and not self.attached
        )


def find(iam: Any, name: str) -> StandingRole | None:
    """Read a role whole."""
    try:
        role = iam.get_role(RoleName=name)["Role"]
        policies = _collect(iam, "list_role_policies", "PolicyNames", RoleName=name)
        inline = {p: iam.get_role_policy(RoleName=name, PolicyName=p)["PolicyDocument"] for p in policies}
        attached = _collect(iam, "list_attached_role_policies", "AttachedPolicies", RoleName=name)
    except ClientError as error:
        if code_of(error) == _MISSING:
            return None
        raise
    return StandingRole(
        name=name,
        arn=role["Arn"],
        path=role["Path"],
        trust=role["AssumeRolePolicyDocument"],
        boundary_arn=role.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn", ""),
        tags={tag["Key"]: tag["Value"] for tag in role.get("Tags", [])},
        inline=inline,
        attached=tuple(policy["PolicyArn"] for policy in attached),
    )


def names(iam: Any) -> list[str]:
    """Of every role below our path."""
    return [role["RoleName"] for role in _collect(iam, "list_roles", "Roles", PathPrefix=PATH)]


def create(iam: Any, role: RunRole) -> str:
    """Make the role, without its policy; its ARN. Tags come with it: it is known as ours from its first moment."""
    created = iam.create_role(
        RoleName=role.name,
        Path=PATH,
        Description="Temporary read-only access of one cloudprobe run; deleted after it.",
        AssumeRolePolicyDocument=_text(role.trust),
        PermissionsBoundary=role.boundary_arn,
        MaxSessionDuration=SESSION_SECONDS,
        Tags=[{"Key": key, "Value": value} for key, value in role.tags.items()],
    )
    return str(created["Role"]["Arn"])


def put_policies(iam: Any, role: RunRole) -> None:
    for name, document in role.inline.items():
        iam.put_role_policy(RoleName=role.name, PolicyName=name, PolicyDocument=_text(document))


def delete(iam: Any, role: StandingRole) -> None:
    """Take away what it may do, then the role. Somebody else doing the same at the same time is no error."""
    for name in role.inline:
        with missing_is_fine():
            iam.delete_role_policy(RoleName=role.name, PolicyName=name)
    for arn in role.attached:
        with missing_is_fine():
            iam.detach_role_policy(RoleName=role.name, PolicyArn=arn)
    with missing_is_fine():
        iam.delete_role(RoleName=role.name)


@contextmanager
def missing_is_fine() -> Iterator[None]:
    try:
        yield
    except ClientError as error:
        if code_of(error) != _MISSING:
            raise


def _collect(iam: Any, operation: str, key: str, **parameters: Any) -> list[Any]:
    pages = iam.get_paginator(operation).paginate(**parameters)
    return [item for page in pages for item in page[key]]


def _text(document: Mapping[str, Any]) -> str:
    return json.dumps(document, separators=(",", ":"))
