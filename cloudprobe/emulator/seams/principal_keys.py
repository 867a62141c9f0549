"""Condition keys that say who asks, where ministack's differ from AWS's.

``aws:PrincipalArn`` of a role's session is the ARN of the role, with its path, in every kind of policy; ministack takes
the session's. ``aws:ViaAWSService`` and ``aws:PrincipalIsAWSService`` are part of every signed request; ministack has
neither. https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html. Tested by
``tests/emulator/test_principal_keys.py``.
"""

import re
from typing import Any

from ministack.core import iam_evaluator
from ministack.services import iam

from cloudprobe.emulator.seams.reach import replace

_SESSION = re.compile(r"arn:(?P<partition>aws[a-z-]*):sts::(?P<account>\d{12}):assumed-role/(?P<role>[^/]+)/.+")
_OF_SERVICES = {"aws:viaawsservice", "aws:principalisawsservice"}


def install() -> None:
    def condition_value(key: str, context: Any) -> Any:
        value = known(key, context)
        if key.lower() == "aws:principalarn":
            return _principal(str(value))
        if value is None and key.lower() in _OF_SERVICES and context.principal_arn.startswith("arn:"):
            return "false"
        return value

    known = replace(iam_evaluator, "_resolve_condition_key", condition_value)


def _principal(arn: str) -> str:
    """The role's ARN for its sessions, even when it is gone; users, root and federated users as they are."""
    session = _SESSION.fullmatch(arn)
    if session is None:
        return arn
    role = iam._roles.get_scoped(session["account"], None, session["role"])
    return str(role["Arn"]) if role else f"arn:{session['partition']}:iam::{session['account']}:role/{session['role']}"
