"""Makes the inspector role in an account, or brings one that stands there to what it has to be. Safe to repeat."""

import json
from collections.abc import Mapping
from typing import Any

from botocore.exceptions import ClientError

from cloudprobe.adapters.aws.ceiling_policies import put_policy
from cloudprobe.adapters.aws.failures import code_of, translated
from cloudprobe.adapters.aws.inspector_role import TAG_KIND, InspectorRole
from cloudprobe.adapters.aws.session import AwsSession
from cloudprobe.errors import RefusedError


def deploy(session: AwsSession, role: InspectorRole) -> str:
    """Make the ceiling, then the role under it: at no moment does the role stand without; its ARN.

    Raises:
        RefusedError: a role of that name stands there that cloudprobe did not make.
        AccessError: the account does not let us.
    """
    with translated(session.endpoint):
        iam = session.client("iam")
        standing = _find(iam, role.name)
        if standing is not None and not _is_ours(standing):
            raise RefusedError(
                f"There is a role {role.name} in account {role.account} that `cloudprobe setup` did not make; it stays "
                "as it is.",
                hint="Choose another name with --role-name, or delete that role.",
            )
        put_policy(
            iam,
            arn=role.ceiling_arn,
            document=role.ceiling,
            description="What no session of the inspector role may exceed.",
        )
        if standing is None:
            _create(iam, role)
        else:
            _bring_up(iam, role)
        iam.attach_role_policy(RoleName=role.name, PolicyArn=role.ceiling_arn)
        return role.arn


def steps(role: InspectorRole) -> tuple[str, ...]:
    """What ``deploy`` will do, for people."""
    return (
        f"make or renew the managed policy {role.ceiling_arn} (the ceiling of data class {role.data_class})",
        f"make or renew the role {role.arn}, the ceiling its permissions boundary",
        f"let {role.principal} alone assume it, with the external id {role.external_id}",
        "attach the ceiling as its one permission",
    )


def _find(iam: Any, name: str) -> Mapping[str, Any] | None:
    try:
        role: Mapping[str, Any] = iam.get_role(RoleName=name)["Role"]
    except ClientError as error:
        if code_of(error) == "NoSuchEntity":
            return None
        raise
    return role


def _is_ours(standing: Mapping[str, Any]) -> bool:
    return any(tag["Key"] == TAG_KIND and tag["Value"] == "inspector" for tag in standing.get("Tags", []))


def _create(iam: Any, role: InspectorRole) -> None:
    iam.create_role(
        RoleName=role.name,
        Description=role.description,
        AssumeRolePolicyDocument=json.dumps(role.trust),
        PermissionsBoundary=role.ceiling_arn,
        MaxSessionDuration=role.max_session_seconds,
        Tags=_tags(role),
    )


def _bring_up(iam: Any, role: InspectorRole) -> None:
    """The boundary first, so that a renewal that is cut off leaves less access and never more."""
    iam.put_role_permissions_boundary(RoleName=role.name, PermissionsBoundary=role.ceiling_arn)
    iam.update_assume_role_policy(RoleName=role.name, PolicyDocument=json.dumps(role.trust))
    iam.update_role(RoleName=role.name, Description=role.description, MaxSessionDuration=role.max_session_seconds)
    iam.tag_role(RoleName=role.name, Tags=_tags(role))


def _tags(role: InspectorRole) -> list[dict[str, str]]:
    return [{"Key": key, "Value": value} for key, value in role.tags.items()]
