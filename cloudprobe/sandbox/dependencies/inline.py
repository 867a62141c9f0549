"""Packages a script declares in itself, as PEP 723 has it: what ``uv run`` and ``pipx run`` read too.

# /// script
# dependencies = ["tabulate==0.10.0"]
# ///
"""

import re
import tomllib

from cloudprobe.sandbox.dependencies.allowed import GIVEN, Objection, normalized

# Given by PEP 723.
_BLOCK = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$")
_REQUIREMENT = re.compile(r"\s*(?P<name>[A-Za-z0-9][A-Za-z0-9._-]*)\s*(?P<version>.*?)\s*")


def declared(script: str) -> tuple[tuple[tuple[str, str], ...], Objection | None]:
    """Name and version of each package, and what is wrong with the declaration as such, if anything is."""
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
    found = [_parsed(one) for one in requirements]
    # Whatever runs the script elsewhere may want to be told of boto3; here it is given, in the version that is there.
    return tuple((name, version) for name, version in found if normalized(name) not in GIVEN), None


def pins(script: str) -> tuple[str, ...]:
    """What a permit says of a script that nobody checked; the runner refuses what is not on the list."""
    return tuple(f"{name}=={version.removeprefix('==').strip()}" for name, version in declared(script)[0])


def _parsed(requirement: str) -> tuple[str, str]:
    match = _REQUIREMENT.fullmatch(requirement)
    return (requirement[:100], "") if match is None else (match["name"], match["version"])
