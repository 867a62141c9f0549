"""The ceiling as managed policies of the account: the boundary of every per-run role is one of them."""

import json
from collections.abc import Mapping
from typing import Any, get_args

from botocore.exceptions import ClientError

from cloudprobe.adapters.aws.failures import code_of
from cloudprobe.adapters.aws.run_roles import PATH, missing_is_fine
from cloudprobe.adapters.aws.session import AwsSession, Identity
from cloudprobe.errors import RefusedError
from cloudprobe.guard.boundary import Boundary, boundary_for
from cloudprobe.sandbox.permit import DataClass

_MAX_VERSIONS = 5
"""Of one managed policy, by IAM's limits."""


class CeilingPolicies:
    """Makes the policies where they are missing and renews them where they differ. They stay: runs share them."""

    def __init__(self, session: AwsSession, identity: Identity) -> None:
        self._session = session
        self._identity = identity
        self._known: dict[str, str] = {}

    def boundary_for(self, policy: Mapping[str, Any], *, data_class: str) -> Boundary:
        """The one of them that covers a policy; the data class's own where none does.

        Raises:
            RefusedError: there is no such data class.
        """
        if data_class not in get_args(DataClass):
            raise RefusedError(
                f"There is no data class {data_class!r}.", hint=f"There are {', '.join(get_args(DataClass))}."
            )
        return boundary_for(
            policy,
            account_id=self._identity.account,
            data_class=data_class,  # type: ignore[arg-type] # one of its values, by the check above
            partition=self._identity.partition,
        )

    def ensure(self, boundary: Boundary) -> str:
        """See to it that the account has the boundary as we know it; its ARN."""
        if boundary.name not in self._known:
            self._known[boundary.name] = self._ensure(boundary)
        return self._known[boundary.name]

    def forget(self) -> None:
        """Look again next time; somebody may have deleted them."""
        self._known.clear()

    def _ensure(self, boundary: Boundary) -> str:
        name = f"cloudprobe-ceiling-{boundary.name}"
        arn = f"arn:{self._identity.partition}:iam::{self._identity.account}:policy{PATH}{name}"
        put_policy(
            self._session.client("iam"),
            arn=arn,
            document=boundary.document,
            description="What no cloudprobe run may exceed: the permissions boundary of its roles.",
        )
        return arn


def put_policy(iam: Any, *, arn: str, document: Mapping[str, Any], description: str) -> None:
    """See to it that a managed policy below our path says what a document says.

    Args:
        iam: a client.
        arn: of the policy.
        document: what it has to say.
        description: of a policy that is made; IAM keeps the first.
    """
    text = json.dumps(document, separators=(",", ":"))
    try:
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
    except ClientError as error:
        if code_of(error) != "NoSuchEntity":
            raise
        _create(iam, arn.rpartition("/")[2], text, description)
        return
    standing = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
    if standing != document:
        _make_room(iam, arn)
        iam.create_policy_version(PolicyArn=arn, PolicyDocument=text, SetAsDefault=True)


def _create(iam: Any, name: str, text: str, description: str) -> None:
    try:
        iam.create_policy(PolicyName=name, Path=PATH, PolicyDocument=text, Description=description)
    except ClientError as error:
        if code_of(error) != "EntityAlreadyExists":  # another inspection was quicker, with the same text
            raise


def _make_room(iam: Any, arn: str) -> None:
    versions = iam.list_policy_versions(PolicyArn=arn)["Versions"]
    if len(versions) >= _MAX_VERSIONS:
        oldest = min((v for v in versions if not v["IsDefaultVersion"]), key=lambda v: int(v["VersionId"][1:]))
        with missing_is_fine():
            iam.delete_policy_version(PolicyArn=arn, VersionId=oldest["VersionId"])
