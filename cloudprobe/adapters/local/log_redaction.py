"""No secret in any line of a log: values known to be secret, and whatever looks like one."""

import re
import threading
from collections import deque
from collections.abc import Iterable
from typing import Any

from cloudprobe.sandbox.looks import clean

HIDDEN = "[redacted]"
_SHORTEST = 8
"""Anything shorter would take words out of ordinary lines."""
_MOST_KNOWN = 2_000

_NAMES = (
    r"(?:aws_?)?secret_?access_?key|(?:aws_?)?session_?token|x-amz-security-token|security_?token|"
    r"pass(?:word|wd|phrase)|api[_-]?key|client_?secret|(?:access|auth|refresh|bearer|id)[_-]?token|private_?key"
)
_LOOKS: tuple[tuple[re.Pattern[str], str], ...] = (
    (re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----.*?(?:-----END [A-Z ]*PRIVATE KEY-----|\Z)", re.DOTALL), HIDDEN),
    (re.compile(r"(?i)(authorization['\"]?\s*[:=,]\s*(?:b?['\"])?)[^'\"\r\n]+"), rf"\1{HIDDEN}"),
    (re.compile(r"AWS4-[A-Z0-9-]+ Credential=[^'\"\r\n]+"), HIDDEN),
    (re.compile(r"(?i)(\bbearer )[A-Za-z0-9._~+/-]{8,}=*"), rf"\1{HIDDEN}"),
    (re.compile(r"(?i)(X-Amz-(?:Signature|Security-Token|Credential)=)[^&\s'\"]+"), rf"\1{HIDDEN}"),
    (re.compile(rf"(?i)(<(?:{_NAMES})>)[^<]+"), rf"\1{HIDDEN}"),
    (re.compile(rf"(?i)(\b(?:{_NAMES})\\?['\"]?\s*[:=]\s*(?:b?\\?['\"])?)[^\s'\"\\,;&}})]+"), rf"\1{HIDDEN}"),
    (re.compile(r"(?<![A-Z0-9])(A(?:KIA|SIA))[A-Z0-9]{12,}"), rf"\1{HIDDEN}"),
    (re.compile(r"(?<=://)[^/\s:@'\"]+:[^/\s@'\"]+(?=@)"), HIDDEN),
)
_KEY_LIKE = re.compile(r"(?<![A-Za-z0-9/+=_.-])[A-Za-z0-9/+]{40}(?![A-Za-z0-9/+=_-])")


class _Known:
    """Values that were said to be secret. The oldest are forgotten when there are very many."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._values: deque[str] = deque(maxlen=_MOST_KNOWN)
        self._pattern: re.Pattern[str] | None = None

    def add(self, values: Iterable[str]) -> None:
        with self._lock:
            new = {value for value in values if len(value) >= _SHORTEST} - set(self._values)
            if new:
                self._values.extend(new)
                # The longest first: one secret may begin with another.
                longest_first = sorted(self._values, key=len, reverse=True)
                self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def hide(self, text: str) -> str:
        return self._pattern.sub(HIDDEN, text) if self._pattern else text


_known = _Known()


def keep_out_of_logs(*values: str | None) -> None:
    """Say that values are secret, from now on and wherever they appear."""
    _known.add(value for value in values if value)


def redacted(text: str) -> str:
    """The text without what is, or looks like, a secret."""
    text = _known.hide(text)
    for pattern, replacement in _LOOKS:
        text = pattern.sub(replacement, text)
    return _KEY_LIKE.sub(_hide_if_mixed, text)


def redacted_values(value: Any) -> Any:
    """The same for plain JSON: every text and every key in it, and what stands under a key that says so."""
    if isinstance(value, str):
        return redacted(value)
    if isinstance(value, dict):
        cleaned: dict[str, Any] = clean(value)
        return {redacted(key): redacted_values(item) for key, item in cleaned.items()}
    if isinstance(value, list):
        return [redacted_values(item) for item in value]
    return value


def _hide_if_mixed(match: re.Match[str]) -> str:
    found = match[0]
    mixed = any(map(str.isupper, found)) and any(map(str.islower, found)) and any(map(str.isdigit, found))
    return HIDDEN if mixed else found
