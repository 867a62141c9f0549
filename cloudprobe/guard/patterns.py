"""IAM's wildcards: ``*`` any characters, ``?`` one; action names know no case."""

import re
from collections.abc import Iterable
from functools import lru_cache


@lru_cache(maxsize=4096)
def _compiled(pattern: str) -> re.Pattern[str]:
    body = "".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in pattern)
    return re.compile(body, re.IGNORECASE | re.DOTALL)


def matches(pattern: str, text: str) -> bool:
    return _compiled(pattern).fullmatch(text) is not None


def first_match(patterns: Iterable[str], text: str) -> str | None:
    return next((pattern for pattern in patterns if matches(pattern, text)), None)
