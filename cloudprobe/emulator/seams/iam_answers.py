"""IAM operations that mean the caller when they name nobody.

ministack answers GetUser with a root user, and the others for a user ``default``. In AWS they answer for the user who
signed, and refuse a role's session. Tested by ``tests/emulator/test_answers.py``.
"""

from collections.abc import Callable
from typing import Any

from ministack.core.iam_evaluator import caller_arn
from ministack.services import iam

_OF_THE_CALLER = ("GetUser", "ListAccessKeys", "ListMFADevices", "GetLoginProfile", "CreateAccessKey")


def install() -> None:
    for action in _OF_THE_CALLER:
        iam._IAM_HANDLERS[action] = _naming_the_caller(iam._IAM_HANDLERS[action])


def _naming_the_caller(handle: Callable[[Any], Any]) -> Callable[[Any], Any]:
    def named(parameters: Any) -> Any:
        if iam._p(parameters, "UserName"):
            return handle(parameters)
        arn = caller_arn()
        if ":user/" not in arn:
            message = "Must specify userName when calling with non-User credentials"
            return iam._error(400, "ValidationError", message, ns="iam")
        return handle({**parameters, "UserName": [arn.rpartition("/")[2]]})

    return named
