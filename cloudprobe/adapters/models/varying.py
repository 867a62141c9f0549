"""What differs from one inspection to the next though the same is asked: ids, accounts, ports, times.

Each such value becomes a name by its kind and the order in which it first stands there, ``«account-1»``, and an answer
that was given under one set of values is told in another's.
"""

import re

_PREFIXES = (
    "acl|ami|cgw|dopt|eipalloc|eipassoc|eigw|eni|fl|fs|fsap|fsmt|i|igw|key|lt|nat|pcx|pl|r|rtb|rtbassoc|sg|sgr|snap"
    "|subnet|tgw|tgw-attach|tgw-rtb|vgw|vol|vpc|vpce|vpn"
)
"""Of ids that AWS gives; a bucket's name may end in digits too, and is what was asked about."""
_KINDS = (
    ("inspection", r"(?<![0-9A-Za-z])\d{8}-\d{6}-[0-9a-f]{8}(?![0-9A-Za-z])"),
    ("uuid", r"(?<![0-9A-Za-z])[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![0-9A-Za-z])"),
    ("time", r"\d{4}-\d\d-\d\d(?:[T ]\d\d:\d\d(?::\d\d(?:\.\d+)?)?(?: ?UTC|Z|[+-]\d\d:?\d\d)?)?(?![0-9A-Za-z])"),
    ("digest", r"(?<![0-9A-Za-z])[0-9a-f]{32,128}(?![0-9A-Za-z])"),
    ("identity", r"(?<![0-9A-Za-z])A(?:KIA|SIA|ROA|IDA|IPA|NPA)[A-Z0-9]{12,}(?![0-9A-Za-z])"),
    ("account", r"(?<![0-9A-Za-z.])\d{12}(?![0-9A-Za-z])"),
    ("id", rf"(?<![0-9A-Za-z-])(?:{_PREFIXES})-[0-9a-f]{{8}}(?:[0-9a-f]{{9}})?(?![0-9A-Za-z])"),
    ("port", r"(?:127\.0\.0\.1|localhost|\[::1\]):\d{2,5}(?![0-9A-Za-z])"),
    ("duration", r"(?<![0-9A-Za-z.])\d+(?:\.\d+)?(?= ?(?:s|ms|seconds)(?![0-9A-Za-z]))"),
)
_VARYING = re.compile("|".join(f"(?P<{kind}>{pattern})" for kind, pattern in _KINDS))
_NAME = re.compile(r"«(?P<kind>[a-z]+)-\d+»")
_UNCOUNTED = frozenset({"time", "duration"})
"""Two moments that are one today are two tomorrow: which of them it was says nothing about what was asked."""


class Names:
    """The values of one exchange, and what they are called."""

    def __init__(self) -> None:
        self._names: dict[str, str] = {}
        self._counts: dict[str, int] = {}

    def hide(self, text: str) -> str:
        """The text with names for what varies."""
        return _VARYING.sub(self._named, text)

    def hide_known(self, text: str) -> str:
        """The text with names for the values seen before, and no others: what an answer took from its question."""
        return _VARYING.sub(lambda match: self._names.get(match[0], match[0]), text)

    def show(self, text: str) -> str:
        """The text with values for the names there are."""
        values = {name: value for value, name in self._names.items()}
        return _NAME.sub(lambda match: values.get(match[0], match[0]), text)

    def _named(self, match: re.Match[str]) -> str:
        value, kind = match[0], str(match.lastgroup)
        if value not in self._names:
            self._counts[kind] = self._counts.get(kind, 0) + 1
            self._names[value] = f"«{kind}-{self._counts[kind]}»"
        return self._names[value]


def same(text: str) -> str:
    """A text with names, as it is compared."""
    return _NAME.sub(lambda match: f"«{match['kind']}»" if match["kind"] in _UNCOUNTED else match[0], text)
