"""Scripts with their truth, read once."""

import re
from dataclasses import dataclass
from pathlib import Path

CORPUS = Path(__file__).parent / "corpus"
LIBRARY = Path(__file__).parents[2] / "cloudprobe" / "templates" / "library"
_TRUTH = re.compile(r"^# Operations:(.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Case:
    name: str
    source: str
    operations: frozenset[str]
    undecided: frozenset[int]
    """Lines that must be named, and no others."""


def cases(*folders: str) -> list[Case]:
    found = []
    for folder in folders or ("held_out", "tuned", "tricky"):
        for path in sorted((CORPUS / folder).glob("*.py")):
            source = path.read_text()
            truth = _TRUTH.search(source)
            assert truth is not None, f"{path} says no truth"
            found.append(
                Case(
                    name=f"{folder}/{path.stem}",
                    source=source,
                    operations=frozenset(name.strip() for name in truth.group(1).split(",") if name.strip()),
                    undecided=frozenset(
                        number
                        for number, line in enumerate(source.splitlines(), 1)
                        if line.rstrip().endswith("# undecided")
                    ),
                )
            )
    return found
