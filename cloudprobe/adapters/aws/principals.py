"""Whom a trust policy names."""

import re

from cloudprobe.adapters.aws.choice import trusted_principal
from cloudprobe.adapters.aws.failures import AWS_ERRORS
from cloudprobe.adapters.aws.session import AwsSession, Identity
from cloudprobe.errors import RefusedError, UsageError

_PRINCIPAL = re.compile(r"arn:aws[a-z-]*:iam::\d{12}:(?:root|(?:user|role)/[\w+=,.@/-]+)", re.ASCII)


def checked_principal(principal: str) -> str:
    """The principal, where it is one and names somebody.

    Raises:
        UsageError: it is no ARN of a user, a role or an account.
        RefusedError: it is everybody.
    """
    if principal.strip() in {"*", "arn:aws:iam::*:root"}:
        raise RefusedError("A role that trusts everybody is nobody's.", hint="Name a user, a role or an account.")
    if not _PRINCIPAL.fullmatch(principal):
        raise UsageError(
            f"{principal[:200]!r} is nobody a role can trust.",
            hint="Give the ARN of a user or role (arn:aws:iam::123456789012:role/NAME), or of an account (…:root).",
        )
    return principal


def principal_of(session: AwsSession, identity: Identity) -> str:
    """The caller as a trust policy names it. A session's ARN leaves out the path of its role, so IAM is asked.

    Raises:
        UsageError: the role's path cannot be found out, or the caller is a root user.
    """
    arn = trusted_principal(identity)
    if ":role/" not in arn:
        return arn
    try:
        return str(session.client("iam").get_role(RoleName=arn.rpartition("/")[2])["Role"]["Arn"])
    except AWS_ERRORS as error:
        raise UsageError(
            f"Who {identity.arn} is to a trust policy cannot be found out, since iam:GetRole is not allowed.",
            hint="Name the principal with --trust.",
        ) from error
