"""IAM operations that mean the caller when they name nobody, and tags with characters that XML keeps to itself.

ministack answers GetUser with a root user, and the others for a user ``default``. In AWS they answer for the user who
signed, and refuse a role's session. It writes tags into XML as they are, so that ``<`` in one spoils every list. Tested
by ``tests/emulator/test_answers.py``.
"""

from collections.abc import Callable
from typing import Any
from xml.sax.saxutils import escape

from ministack.core.iam_evaluator import caller_arn
from ministack.services import iam

from cloudprobe.emulator.seams.reach import replace

_OF_THE_CALLER = ("GetUser", "ListAccessKeys", "ListMFADevices", "GetLoginProfile", "CreateAccessKey")


def install() -> None:
    for action in _OF_THE_CALLER:
        iam._IAM_HANDLERS[action] = _naming_the_caller(iam._IAM_HANDLERS[action])
    replace(iam, "_extract_tags", _escaping(iam._extract_tags))


class _Text(str):
    """Text that is itself to whoever compares it, and escaped where it is put into a document."""

    __slots__ = ()

    def __format__(self, spec: str) -> str:
        return escape(str(self))


def _escaping(extract: Callable[[Any], list[dict[str, str]]]) -> Callable[[Any], list[dict[str, str]]]:
    def tags(parameters: Any) -> list[dict[str, str]]:
        return [{name: _Text(text) for name, text in tag.items()} for tag in extract(parameters)]

    return tags


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
