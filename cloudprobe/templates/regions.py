"""AWS regions as people name them: by code, or by the place in botocore's own list."""

import importlib.util
import json
import re
from functools import cache
from pathlib import Path

EVERY_REGION = "*"

_CODE = re.compile(
    r"(?<![\w./:-])((?:us|eu|ap|sa|ca|me|af|il|mx|cn)-(?:gov-)?(?:north|south|east|west|central)(?:east|west)?-\d)[a-f]?(?![\w-]|\.\w)",
    re.IGNORECASE,
)
_EVERYWHERE = re.compile(
    r"\b(?:all|every|each|any|across(?: the)?)(?: of)?(?: (?:my|our|the|aws|enabled|active|available))* regions?\b"
    r"|\bworldwide\b|\bglobally\b",
    re.IGNORECASE,
)
_SHORT = re.compile(r"(?<![\w./:-])[a-z]{3,13}\d(?![\w-]|\.\w)")
_ALIASES = {
    "virginia": "us-east-1",
    "northern virginia": "us-east-1",
    "california": "us-west-1",
    "são paulo": "sa-east-1",
    "dublin": "eu-west-1",
}
_EXCEPT = re.compile(
    r"\b(?:but|except(?: for)?|excluding|other than|apart from|besides|without)\b(?: (?:for|in|not))?", re.IGNORECASE
)
_ON_BY_DEFAULT = (
    "us-east-1", "us-east-2", "us-west-1", "us-west-2", "ca-central-1", "sa-east-1", "eu-central-1", "eu-west-1",
    "eu-west-2", "eu-west-3", "eu-north-1", "ap-south-1", "ap-northeast-1", "ap-northeast-2", "ap-northeast-3",
    "ap-southeast-1", "ap-southeast-2",
)  # fmt: skip
"""Regions no account has to switch on (docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html)."""


def regions_in(question: str) -> tuple[str, ...]:
    """Region codes in the order they are named; ``("*",)`` when all are meant.

    "Every region but us-east-1" gives the regions no account has to switch on, without that one: which others are on
    is not known here.
    """
    everywhere = _EVERYWHERE.search(question)
    if everywhere is None:
        return _named(question)
    behind = question[everywhere.end() :]
    exception = _EXCEPT.match(behind.lstrip(" ,("))
    left_out = _named(behind) if exception else ()
    return tuple(region for region in _ON_BY_DEFAULT if region not in left_out) if left_out else (EVERY_REGION,)


def _named(question: str) -> tuple[str, ...]:
    lower = question.lower()
    found = {match.start(): match.group(1).lower() for match in _CODE.finditer(question)}
    found |= {match.start(): _short_codes()[match[0]] for match in _SHORT.finditer(lower) if match[0] in _short_codes()}
    for place, code in _places().items():
        if place not in lower:
            continue
        named = rf"\b(?:in|at|from|for|across|and|or|but|except|,)\s*(?:the )?{re.escape(place)}(?![\w-])"
        for match in re.finditer(rf"{named}|(?<![\w-]){re.escape(place)} region\b|,\s*{re.escape(place)}\W*$", lower):
            found[match.start()] = code
    return tuple(dict.fromkeys(found[position] for position in sorted(found)))


def is_region(word: str) -> bool:
    """Whether a word is a region's code, or that of an availability zone."""
    return _CODE.fullmatch(word) is not None or word.lower() in _short_codes()


def is_place(word: str) -> bool:
    """Whether a word is the place of a region: ``Stockholm``."""
    return word.lower() in _places()


@cache
def _short_codes() -> dict[str, str]:
    """``useast1``, ``euw1`` → the region's code, as names of resources and bills write it."""
    codes: dict[str, str] = {}
    for code in _places().values():
        area, direction, number = code.rsplit("-", 2) if code.count("-") == 2 else ("", "", "")  # noqa: PLR2004 - area, direction, number
        if area:
            short = "".join(re.findall(r"north|south|east|west|central", direction))
            initials = "".join(word[0] for word in re.findall(r"north|south|east|west|central", direction))
            codes |= {f"{area}{short}{number}": code, f"{area}{initials}{number}": code}
    return codes


@cache
def _places() -> dict[str, str]:
    """``frankfurt`` → ``eu-central-1``. Read from botocore's data without importing botocore."""
    spec = importlib.util.find_spec("botocore")
    if spec is None or not spec.origin:
        return dict(_ALIASES)
    document = json.loads((Path(spec.origin).parent / "data" / "partitions.json").read_text(encoding="utf-8"))
    places = dict(_ALIASES)
    for partition in document["partitions"]:
        if partition["id"] not in ("aws", "aws-cn"):
            continue  # places of closed partitions repeat public ones
        for code, region in partition["regions"].items():
            named = re.search(r"(\S.*?) \((.+)\)$", region["description"])
            if named:
                place = named[1] if named[2] == "Central" else named[2]
                places.setdefault(place.lower(), code)
    return places
