"""The role that sessions are opened on where nobody may make a role for each run: its names, its trust, its documents.

``cloudprobe setup`` makes it; ``docs/access.md`` says what each line is for.
"""

from dataclasses import dataclass
from typing import Any

from cloudprobe.adapters.aws.run_roles import PATH, SESSION_SECONDS, TAG_INSPECTION, TAG_RUN
from cloudprobe.guard.ceiling import ceiling_policy
from cloudprobe.sandbox.permit import DataClass

ROLE_NAME = "cloudprobe-inspector"
TAG_KIND = "cloudprobe:kind"
TAG_DATA_CLASS = "cloudprobe:data-class"
RUN_SHAPE = "????????-??????-????????-*"
"""Of session names and source identities: ``20261124-034200-9f86d081-1-1-0``."""
RUN_TAG_SHAPE = "????????-??????-????????/*"


def default_external_id(account: str) -> str:
    """Names the account it was made for, so that credentials meant for another one find no way in by mistake."""
    return f"cloudprobe-{account}"


def role_arn(account: str, name: str, *, partition: str = "aws") -> str:
    return f"arn:{partition}:iam::{account}:role/{name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class InspectorRole:
    """What the role has to be in one account.

    Args:
        account: twelve digits.
        principal: ARN of who may assume it.
        external_id: what that principal has to say.
        name: of the role.
        data_class: the widest that any run may have.
        partition: ``aws``, ``aws-cn`` or ``aws-us-gov``.
    """

    account: str
    principal: str
    external_id: str
    name: str = ROLE_NAME
    data_class: DataClass = "metadata"
    partition: str = "aws"

    @property
    def arn(self) -> str:
        return role_arn(self.account, self.name, partition=self.partition)

    @property
    def ceiling_name(self) -> str:
        """Not that of the per-run roles' boundary, which cloudprobe renews by itself."""
        return f"{self.name}-ceiling"

    @property
    def ceiling_arn(self) -> str:
        return f"arn:{self.partition}:iam::{self.account}:policy{PATH}{self.ceiling_name}"

    @property
    def ceiling(self) -> dict[str, Any]:
        """Permissions and boundary in one: who attaches more to the role gains nothing."""
        return ceiling_policy(account_id=self.account, data_class=self.data_class, partition=self.partition)

    @property
    def trust(self) -> dict[str, Any]:
        return trust_policy(self.principal, self.external_id)

    @property
    def tags(self) -> dict[str, str]:
        return {TAG_KIND: "inspector", TAG_DATA_CLASS: self.data_class}

    @property
    def max_session_seconds(self) -> int:
        return SESSION_SECONDS

    @property
    def description(self) -> str:
        return "Read-only inspector of cloudprobe: every session carries one run's own policy."


def trust_policy(principal: Any, external_id: Any) -> dict[str, Any]:
    """Who may open a session, and that it has to say whose it is.

    Args:
        principal: an ARN, or whatever a template puts in its place.
        external_id: likewise.
    """
    return {
        "Version": "2012-10-17",
        "Statement": [
            {
                "Sid": "OpenSessionOfOneRun",
                "Effect": "Allow",
                "Principal": {"AWS": principal},
                "Action": "sts:AssumeRole",
                "Condition": {
                    "StringEquals": {"sts:ExternalId": external_id},
                    "StringLike": {
                        "sts:RoleSessionName": RUN_SHAPE,
                        "sts:SourceIdentity": RUN_SHAPE,
                        f"aws:RequestTag/{TAG_RUN}": RUN_TAG_SHAPE,
                    },
                },
            },
            {
                "Sid": "NameTheRunInTheTrail",
                "Effect": "Allow",
                "Principal": {"AWS": principal},
                "Action": "sts:SetSourceIdentity",
                "Condition": {"StringLike": {"sts:SourceIdentity": RUN_SHAPE}},
            },
            {
                "Sid": "TagTheSession",
                "Effect": "Allow",
                "Principal": {"AWS": principal},
                "Action": "sts:TagSession",
                "Condition": {"ForAllValues:StringEquals": {"aws:TagKeys": [TAG_INSPECTION, TAG_RUN]}},
            },
        ],
    }


def set_up_command(*, account: str, trust: str, name: str = ROLE_NAME, external_id: str = "") -> str:
    """What an administrator of an account types to make the role for somebody."""
    words = ["cloudprobe setup --deploy", f"--trust {trust}"]
    if name != ROLE_NAME:
        words.append(f"--role-name {name}")
    if external_id and external_id != default_external_id(account):
        words.append(f"--external-id {external_id}")
    return " ".join(words)
