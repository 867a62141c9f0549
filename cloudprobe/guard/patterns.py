"""IAM's wildcards: ``*`` any characters, ``?`` one; action names know no case."""

import re
from collections.abc import Iterable
from functools import lru_cache


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> tuple[str, re.Pattern[str]]:
    """The service a pattern is for, empty where it may be any, and the pattern as an expression."""
    service = pattern.partition(":")[0].lower()
    body = "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)
    return "" if "*" in service or "?" in service else service, re.compile(body, re.IGNORECASE | re.DOTALL)


def matches(pattern: str, text: str) -> bool:
    return _compiled(pattern)[1].fullmatch(text) is not None


def includes(pattern: str, other: str) -> bool:
    """Whether a resource pattern matches every ARN that another one matches; when in doubt, not. ARNs know case.

    The other one's stars are read as characters, which only a star can stand for: ``?`` stands for no more than one.
    """
    if "?" in pattern or "?" in other:
        return False
    body = ".*".join(re.escape(part) for part in pattern.split("*"))
    return re.fullmatch(body, other, re.DOTALL) is not None


def is_for(pattern: str, service: str) -> bool:
    """Whether a pattern can match an action of a service."""
    return _compiled(pattern)[0] in {"", service.lower()}


def first_match(patterns: Iterable[str], action: str) -> str | None:
    """The first of the patterns that matches an action; patterns of other services cost one comparison."""
    service = action.partition(":")[0].lower()
    for pattern in patterns:
        of, expression = _compiled(pattern)
        if of in {"", service} and expression.fullmatch(action):
            return pattern
    return None
