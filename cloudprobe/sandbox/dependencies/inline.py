"""Packages a script declares in itself, as PEP 723 has it: what ``uv run`` and ``pipx run`` read too.

# /// script
# dependencies = ["tabulate==0.10.0"]
# ///
"""

import re
import tomllib

from cloudprobe.sandbox.dependencies.allowed import GIVEN, Objection, normalized
from cloudprobe.sandbox.runtime import versions

# Given by PEP 723.
_BLOCK = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$")
_REQUIREMENT = re.compile(r"\s*(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(?P<version>.*?)\s*")


def other_versions(script: str) -> tuple[str, ...]:
    """What a script declares of the given packages and does not get: one sentence each."""
    installed = versions()
    return tuple(
        f"The script declares {name}{version}; it runs on {name} {installed[normalized(name)]}, which every script has."
        for name, version in _all(script)[0]
        if normalized(name) in installed and not _fits(installed[normalized(name)], version)
    )


def declared(script: str) -> tuple[tuple[tuple[str, str], ...], Objection | None]:
    """Name and version of each package, and what is wrong with the declaration as such, if anything is."""
    found, wrong = _all(script)
    # Whatever runs the script elsewhere may want to be told of boto3; here it is given, in the version that is there.
    return tuple((name, version) for name, version in found if normalized(name) not in GIVEN), wrong


def _all(script: str) -> tuple[tuple[tuple[str, str], ...], Objection | None]:
    blocks = [match["content"] for match in _BLOCK.finditer(script) if match["type"] == "script"]
    if not blocks:
        return (), None
    if len(blocks) > 1:
        return (), Objection("The script declares its packages twice.", "Keep one `# /// script` block.")
    lines = (line[2:] if line.startswith("# ") else line[1:] for line in blocks[0].splitlines())
    try:
        requirements = tomllib.loads("\n".join(lines)).get("dependencies", [])
    except tomllib.TOMLDecodeError as error:
        return (), Objection(f"The script's declaration of packages is no TOML: {error}.", "Write it as PEP 723 says.")
    if not isinstance(requirements, list) or not all(isinstance(one, str) for one in requirements):
        return (), Objection("The script's dependencies are no list of texts.", "Write it as PEP 723 says.")
    return tuple(_parsed(one) for one in requirements), None


def pins(script: str) -> tuple[str, ...]:
    """What a permit says of a script that nobody checked; the runner refuses what is not on the list."""
    return tuple(f"{name}=={version.removeprefix('==').strip()}" for name, version in declared(script)[0])


def _parsed(requirement: str) -> tuple[str, str]:
    match = _REQUIREMENT.fullmatch(requirement)
    return (requirement[:100], "") if match is None else (match["name"], match["version"])


_CLAUSE = re.compile(r"\s*(?P<sign>===|==|~=|!=|<=|>=|<|>)?\s*(?P<version>\d+(?:\.\d+)*)(?P<any>\.\*)?\s*")


def _fits(installed: str, wanted: str) -> bool:
    """Whether a version is what plain clauses ask for; of others nothing is said."""
    clauses = [_CLAUSE.fullmatch(clause) for clause in wanted.split(",")] if wanted.strip() else []
    return all(_holds(_numbers(installed), clause) for clause in clauses if clause is not None)


def _holds(have: tuple[int, ...], clause: re.Match[str]) -> bool:
    want = _numbers(clause["version"])
    width = max(len(have), len(want))
    ours, theirs = (numbers + (0,) * (width - len(numbers)) for numbers in (have, want))
    same = have[: len(want)] == want if clause["any"] else ours == theirs
    return {
        "!=": not same,
        "~=": ours >= theirs and have[: len(want) - 1] == want[:-1],
        "<=": ours <= theirs,
        ">=": ours >= theirs,
        "<": ours < theirs,
        ">": ours > theirs,
    }.get(clause["sign"], same)


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in re.findall(r"\d+", version))
