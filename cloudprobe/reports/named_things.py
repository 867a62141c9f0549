"""Which things a recorded value names: by what spelling, and under which key."""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

_SHORTEST = 3
"""Characters of a name that stands for a thing; shorter ones occur by chance."""
_LONGEST = 600
_DEPTH = 8
_WORD = re.compile(r"[\w.:/*+=@-]+")
_PORT = re.compile(r":\d+\Z")
_ARN = re.compile(r"arn:aws[a-z-]*:(?P<service>[a-z0-9-]+):[a-z0-9-]*:\d*:(?P<rest>[^\s*?$]+)")
_MADE_UP = re.compile(r"(?=.*\d)[0-9a-z]{16,17}")
"""The end that Elastic Load Balancing gives to its ARNs; the name stands before it."""
_NAMING = re.compile(r"(?:arn|id|name|identifier|url)s?\Z", re.IGNORECASE)
_NAMES_NO_THING = frozenset(
    {"accountid", "metricname", "ownerid", "parametername", "policyname", "regionname", "requestid", "userid"}
)
GENERIC = frozenset({"arn", "id", "name"})
"""Keys that say that something is named, and not what."""
_DIMENSIONS = "Dimensions"


class Named(NamedTuple):
    """A string in a document, the key that says what it is, whether it stands among several."""

    key: str
    value: str
    one_of_many: bool
    naming: bool
    """The key is one that names things."""
    measured: bool = False
    """It is what a metric is of, by a dimension that names things."""


def strings(document: Any) -> Iterator[Named]:
    """Every string of a document.

    The key of a value beside a name, as in filters and dimensions, is that name; a key that only says ``Id`` or
    ``Name`` gives way to the one above it.
    """
    return _strings(document, key="", many=False, naming=False, depth=0)


def _strings(value: Any, *, key: str, many: bool, naming: bool, depth: int, measured: bool = False) -> Iterator[Named]:
    if isinstance(value, str):
        yield Named(key, value, many, naming, measured)
    elif depth >= _DEPTH:
        return
    elif isinstance(value, Mapping):
        yield from _members(value, key=key, many=many, depth=depth)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from _strings(inner, key=key, many=many or len(value) > 1, naming=naming, depth=depth + 1)


def _members(value: Mapping[Any, Any], *, key: str, many: bool, depth: int) -> Iterator[Named]:
    pair = next((name for name in ("Value", "Values") if name in value), None)
    if pair is not None and isinstance(value.get("Name"), str):
        told = value["Name"]
        dimension, names_it = key == _DIMENSIONS, _names_things(told)
        yield from _strings(
            value[pair],
            key=told,
            many=many,
            naming=names_it or dimension,
            depth=depth + 1,
            measured=names_it and dimension,
        )
        return
    for name, inner in value.items():
        told = key if key and _plain(str(name)) in GENERIC else str(name)
        yield from _strings(inner, key=told, many=many, naming=_names_things(str(name)), depth=depth + 1)


def aliases(document: Any, *, depth: int = 0) -> Iterator[tuple[str, ...]]:
    """What is one thing by several names: the ARN, id and name that an object holds under keys of one stem.

    ``GroupId`` and ``GroupName`` of a security group are such, ``EventSourceArn`` and ``FunctionArn`` of a mapping are
    not. The ARN stands first, the name last.
    """
    if depth >= _DEPTH:
        return
    if isinstance(document, Mapping):
        by_stem: dict[str, list[str]] = {}
        for key, value in document.items():
            if isinstance(value, str) and "Value" not in document and _names_things(str(key)):
                by_stem.setdefault(_NAMING.sub("", _plain(str(key))), []).append(value)
        for names in by_stem.values():
            if len(set(names)) > 1:
                yield tuple(sorted(names, key=lambda name: (not is_arn(name), not any(c.isdigit() for c in name))))
    inner = (
        document.values() if isinstance(document, Mapping) else document if isinstance(document, list | tuple) else ()
    )
    for value in inner:
        yield from aliases(value, depth=depth + 1)


def _names_things(key: str) -> bool:
    return bool(_NAMING.search(key)) and _plain(key) not in _NAMES_NO_THING


def _plain(key: str) -> str:
    return key.replace("-", "").replace("_", "").lower()


def words(text: str) -> frozenset[str]:
    """Whatever in a sentence may be a name: each word, what stands around ``=`` in it, an address without its port."""
    found = set()
    for word in _WORD.findall(text):
        for part in (word, *word.split("=")):
            bare = part.rstrip(".:")
            found |= {bare, _PORT.sub("", bare)}
    return frozenset(word for word in found if len(word) >= _SHORTEST)


def is_arn(text: str) -> bool:
    """Whether it is the ARN of one thing; a pattern is none."""
    return len(text) <= _LONGEST and bool(_ARN.fullmatch(text))


def may_be_a_name(text: str) -> bool:
    return _SHORTEST <= len(text) <= _LONGEST and bool(_WORD.fullmatch(text)) and "*" not in text


def spellings(name: str) -> frozenset[str]:
    """What a thing is called: its ARN, what says in it which one, the ends of that, and a name before a made-up end."""
    match = _ARN.fullmatch(name)
    rest = match["rest"] if match else name
    found, parts = {name, rest}, re.split(r"[:/]", rest)
    found |= {rest[i + 1 :] for i, character in enumerate(rest) if character in ":/"}
    if len(parts) > 1 and _MADE_UP.fullmatch(parts[-1]):
        found.add(parts[-2])
    return frozenset(one for one in found if len(one) >= _SHORTEST)


def known_names(things: Iterable[str]) -> dict[str, str]:
    """The thing each spelling stands for; what several bear stands for none of them."""
    all_spellings = {thing: spellings(thing) for thing in dict.fromkeys(things)}
    borne = Counter(spelling for found in all_spellings.values() for spelling in found)
    known = {s: thing for thing, found in all_spellings.items() for s in found if borne[s] == 1}
    return known | {thing: thing for thing in all_spellings}


def type_of(name: str) -> str:
    """``service:kind`` as far as an ARN says it; empty for a plain name."""
    match = _ARN.fullmatch(name)
    if match is None:
        return ""
    kind = re.split(r"[:/]", match["rest"])[0] if re.search(r"[:/]", match["rest"]) else ""
    return f"{match['service']}:{kind}" if kind else match["service"]
