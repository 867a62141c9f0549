"""What a script may not use, as data: ``data/forbidden.toml``."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib import resources

from cloudprobe.guard.findings import Severity

_STEP = re.compile(r"(?=[.(\[])")


@dataclass(frozen=True, slots=True)
class Entry:
    """A forbidden path or attribute."""

    path: str
    code: str
    reason: str
    hint: str
    severity: Severity


@dataclass(frozen=True, slots=True)
class Table:
    aliases: Mapping[str, str]
    names: Mapping[str, Entry]
    """By attribute."""
    _paths: Mapping[str, Entry]
    _beginnings: Mapping[str, Entry]

    def entry(self, path: str) -> tuple[str, Entry] | None:
        """What is said about a path, and about which beginning of it; the longest that is forbidden counts."""
        so_far = ""
        longest: tuple[str, Entry] | None = None
        for step in _STEP.split(path):
            so_far += step
            found = self._paths.get(so_far) or next(
                (one for stem, one in self._beginnings.items() if so_far.startswith(stem) and _is_name(so_far, stem)),
                None,
            )
            if found is not None:
                longest = so_far, found
        return longest

    def has_below(self, path: str) -> bool:
        """Whether something directly in a module is forbidden."""
        return any(
            known.startswith(f"{path}.") and "(" not in known and "." not in known.removeprefix(f"{path}.")
            for known in (*self._paths, *self._beginnings)
        )


def _is_name(path: str, stem: str) -> bool:
    return not set(path[len(stem) :]) & set(".([")


@cache
def table() -> Table:
    document = tomllib.loads(resources.files("cloudprobe.guard.data").joinpath("forbidden.toml").read_text())
    names: dict[str, Entry] = {}
    paths: dict[str, Entry] = {}
    beginnings: dict[str, Entry] = {}
    for group in document["forbidden"]:
        said = (group["code"], group["reason"], group["hint"], group.get("severity", "error"))
        names |= {name: Entry(name, *said) for name in group.get("names", ())}
        for path in group["paths"]:
            (beginnings if path.endswith("*") else paths)[path.removesuffix("*")] = Entry(path, *said)
    return Table(document["aliases"], names, paths, beginnings)
