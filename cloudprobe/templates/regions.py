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
_ALIASES = {
    "virginia": "us-east-1",
    "northern virginia": "us-east-1",
    "california": "us-west-1",
    "são paulo": "sa-east-1",
}


def regions_in(question: str) -> tuple[str, ...]:
    """Region codes in the order they are named; ``("*",)`` when all are meant."""
    if _EVERYWHERE.search(question):
        return (EVERY_REGION,)
    lower = question.lower()
    found = {match.start(): match.group(1).lower() for match in _CODE.finditer(question)}
    for place, code in _places().items():
        if place not in lower:
            continue
        named = rf"\b(?:in|at|from|for|across|and|or|,)\s*(?:the )?{re.escape(place)}(?![\w-])"
        for match in re.finditer(rf"{named}|(?<![\w-]){re.escape(place)} region\b", lower):
            found[match.start()] = code
    return tuple(dict.fromkeys(found[position] for position in sorted(found)))


def is_region(word: str) -> bool:
    """Whether a word is a region's code, or that of an availability zone."""
    return _CODE.fullmatch(word) is not None


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
