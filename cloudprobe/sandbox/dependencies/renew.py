"""Make ``allowed.toml`` anew from a lock file: ``python -m cloudprobe.sandbox.dependencies.renew uv.lock``.

To add a package or take newer versions: write a ``pyproject.toml`` whose dependencies are the packages and that
requires Python ``>=3.11,<3.15``, run ``uv lock`` beside it, give its ``uv.lock`` here, and put a new package into
``MODULES``.
"""

import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from cloudprobe.sandbox.dependencies.allowed import TABLE

MODULES = {
    "croniter": ("croniter", "when a cron expression is due"),
    "humanize": ("humanize", "sizes, counts and times in words"),
    "isodate": ("isodate", "ISO 8601 durations"),
    "more-itertools": ("more_itertools", "grouping, chunking, windows"),
    "natsort": ("natsort", "sorting names as people do"),
    "netaddr": ("netaddr", "sets of addresses and networks"),
    "networkx": ("networkx", "graphs: who can reach what"),
    "orjson": ("orjson", "fast JSON"),
    "packaging": ("packaging", "comparing versions"),
    "prettytable": ("prettytable", "tables as text"),
    "pytz": ("pytz", "time zones"),
    "pyyaml": ("yaml _yaml", "YAML, as in templates and build specifications"),
    "simplejson": ("simplejson", "JSON with decimals"),
    "sortedcontainers": ("sortedcontainers", "sorted lists and maps"),
    "tabulate": ("tabulate", "tables as text"),
    "typing-extensions": ("typing_extensions", "newer types on older Pythons"),
    "tzdata": ("tzdata", "the time zone database"),
    "wcwidth": ("wcwidth", "how wide text is on a terminal"),
    "xmltodict": ("xmltodict", "XML as dictionaries"),
}
"""What each package is imported as, and what a script may want it for."""

_GIVEN = frozenset({"python-dateutil", "six", "jmespath", "urllib3"})
_WANTED = re.compile(
    r"-(?:py3|py2\.py3)-none-any\.whl$"
    r"|-cp31[1-4]-cp31[1-4]-[\w.]*manylinux[\w.]*(?:x86_64|aarch64)[\w.]*\.whl$"
)


def main() -> None:
    lock = tomllib.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    TABLE.write_text("\n".join(_lines(lock)) + "\n", encoding="utf-8")


def _lines(lock: Mapping[str, Any]) -> Iterator[str]:
    yield "# The packages a script may declare, and the only files they are installed from. Made by renew.py."
    for package in _oldest(lock["package"]):
        modules, purpose = MODULES[package["name"]]
        needs = [one["name"] for one in package.get("dependencies", []) if one["name"] not in _GIVEN]
        yield from (
            "",
            "[[package]]",
            f'name = "{package["name"]}"',
            f'version = "{package["version"]}"',
            f"modules = {_list(modules.split())}",
            f'purpose = "{purpose}"',
            f"needs = {_list(needs)}",
            "[package.wheels]",
        )
        for wheel in package["wheels"]:
            file = wheel["url"].rpartition("/")[2]
            if _WANTED.search(file):
                yield f'"{file}" = "{wheel["hash"].removeprefix("sha256:")}"'


def _oldest(packages: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """One version each: where a lock has two, the one that every supported Python takes."""
    chosen: dict[str, dict[str, Any]] = {}
    for package in packages:
        if package["name"] in MODULES:
            chosen.setdefault(package["name"], package)
    return [chosen[name] for name in sorted(chosen)]


def _list(names: list[str]) -> str:
    return "[" + ", ".join(f'"{name}"' for name in names) + "]"


if __name__ == "__main__":
    main()
