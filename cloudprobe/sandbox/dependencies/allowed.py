"""The allow-list: which packages a script may declare, which versions, and what is nearest to anything else.

The list is data (``allowed.toml``) with the SHA-256 of every wheel that may be installed; there is no way past it.
"""

import difflib
import functools
import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from cloudprobe.errors import RefusedError

TABLE = Path(__file__).parent / "allowed.toml"

GIVEN: Mapping[str, tuple[str, ...]] = {
    "boto3": ("boto3",),
    "botocore": ("botocore",),
    "jmespath": ("jmespath",),
    "python-dateutil": ("dateutil",),
    "s3transfer": ("s3transfer",),
    "six": ("six",),
    "urllib3": ("urllib3",),
}
"""What every script has anyway, in the version that is there: broker and script must go by the same models."""

# What people write for the same purpose, where the spelling is not near.
_INSTEAD = {
    "dateutil": "python-dateutil",
    "yaml": "pyyaml",
    "ruamel-yaml": "pyyaml",
    "arrow": "python-dateutil",
    "pendulum": "python-dateutil",
    "rich": "prettytable",
    "texttable": "tabulate",
    "ipaddr": "netaddr",
    "ujson": "orjson",
    "igraph": "networkx",
    "zoneinfo": "tzdata",
    "semver": "packaging",
    "lxml": "xmltodict",
    "texttables": "tabulate",
    "dateparser": "python-dateutil",
    "pyjson5": "simplejson",
}
_SEPARATORS = re.compile(r"[-_.]+")
_NEAR = 0.6


@dataclass(frozen=True, slots=True, kw_only=True)
class Package:
    name: str
    version: str
    modules: tuple[str, ...]
    purpose: str
    needs: tuple[str, ...]
    """Other packages of the list."""
    wheels: Mapping[str, str]
    """File name to SHA-256, lower-case hexadecimal."""

    @property
    def pin(self) -> str:
        return f"{self.name}=={self.version}"


@dataclass(frozen=True, slots=True)
class Objection:
    """Why a declared package cannot be had, and what comes nearest."""

    message: str
    hint: str


@functools.cache
def packages() -> Mapping[str, Package]:
    table = tomllib.loads(TABLE.read_text(encoding="utf-8"))
    return {
        entry["name"]: Package(
            name=entry["name"],
            version=entry["version"],
            modules=tuple(entry["modules"]),
            purpose=entry["purpose"],
            needs=tuple(entry["needs"]),
            wheels=entry["wheels"],
        )
        for entry in table["package"]
    }


def normalized(name: str) -> str:
    """A package's name as indexes compare it (PEP 503)."""
    return _SEPARATORS.sub("-", name.strip()).lower()


def objection(name: str, version: str) -> Objection | None:
    """What is wrong with one declared package; None where it can be had as declared."""
    known = normalized(name)
    if known in GIVEN:
        return (
            None
            if version.strip()
            else Objection(f"{name} has no version.", "Every script has it; pin it or leave it out.")
        )
    package = packages().get(known)
    if package is None:
        return Objection(f"{name[:100]} is not among the packages a script may have.", _nearest(known))
    if not version.strip():
        return Objection(f"{name[:100]} has no version.", f"Declare {package.pin}.")
    wanted = version.strip().removeprefix("==")
    if wanted != package.version:
        return Objection(f"{name[:100]} {wanted[:50]} is not on the list.", f"Declare {package.pin}.")
    return None


def pins(declared: Iterable[tuple[str, str]]) -> tuple[str, ...]:
    """What a permit says of declared names and versions, none of which is objected to; given packages left out."""
    names = {normalized(name) for name, _ in declared}
    return tuple(packages()[name].pin for name in sorted(names) if name in packages())


def modules_of(names: Iterable[str]) -> frozenset[str]:
    """Top-level modules that come with declared packages and with what those need."""
    found: set[str] = set()
    for name in map(normalized, names):
        if name in packages():
            found.update(module for package in _with_needs([name]) for module in package.modules)
        else:
            found.update(GIVEN.get(name, ()))
    return frozenset(found)


def package_of(module: str) -> Package | None:
    """The package on the list that a module comes with."""
    return next((package for package in packages().values() if module in package.modules), None)


def resolve(pins: Iterable[str]) -> tuple[Package, ...]:
    """What to install for a permit's ``name==version`` pins, sorted, with all that is needed; given packages left out.

    Raises:
        RefusedError: one of them is not on the list.
    """
    names = []
    for pin in pins:
        name, _, version = pin.partition("==")
        refusal = objection(name, version)
        if refusal is not None:
            raise RefusedError(refusal.message, hint=refusal.hint)
        if normalized(name) in packages():
            names.append(normalized(name))
    return _with_needs(names)


def _with_needs(names: Iterable[str]) -> tuple[Package, ...]:
    wanted, waiting = {}, list(names)
    while waiting:
        name = waiting.pop()
        if name not in wanted:
            wanted[name] = packages()[name]
            waiting.extend(wanted[name].needs)
    return tuple(wanted[name] for name in sorted(wanted))


def _nearest(name: str) -> str:
    known = [*packages(), *GIVEN]
    close = _INSTEAD.get(name) or next(iter(difflib.get_close_matches(name, known, n=1, cutoff=_NEAR)), None)
    found = packages().get(close or "")
    if found is not None:
        return f"The nearest is {found.pin} ({found.purpose})."
    if close is not None:
        return f"The nearest is {close}, which every script has."
    listed = ", ".join(sorted(packages()))
    return f"Nothing on the list is near it. Use the standard library and boto3, or one of these: {listed}."
