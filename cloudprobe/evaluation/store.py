"""Results on disk: a line as soon as there is one, so that a run that is stopped keeps what it has."""

import json
import os
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from cloudprobe.adapters.local import disk
from cloudprobe.errors import UsageError
from cloudprobe.evaluation.results import VERSION, Case, CaseKey, Plan, Totals

FILE = "results.jsonl"
PAGE = "evaluation.html"
INSPECTIONS = "inspections"


@dataclass(frozen=True, slots=True, kw_only=True)
class Results:
    """What a folder holds."""

    plan: Plan
    cases: tuple[Case, ...]
    totals: Totals | None
    """None: the run did not come to its end."""


def begin(folder: Path, plan: Plan) -> None:
    """Write the first line.

    Raises:
        UsageError: results stand there already.
        StoreError: it cannot be written.
    """
    if not disk.write_new((folder / FILE).absolute(), _line(plan).encode()):
        raise UsageError(
            f"{folder} holds results already.",
            hint="Go on with them by --resume, or give another folder to --output.",
        )


def reopen(folder: Path) -> Results:
    """Take up a run where it was stopped: a line that was not written to its end goes, and so do old totals.

    Raises:
        UsageError: there is nothing to go on with.
        StoreError: it cannot be written.
    """
    found = read(folder)
    lines = (_line(found.plan), *map(_line, found.cases))
    disk.write((folder / FILE).absolute(), "".join(lines).encode())
    return found


def add(folder: Path, line: Case | Totals) -> None:
    """Write a line, and have it on the disk before going on.

    Raises:
        StoreError: it cannot be written.
    """
    path = folder / FILE
    try:
        with path.open("ab") as file:
            file.write(_line(line).encode())
            file.flush()
            os.fsync(file.fileno())
    except OSError as error:
        raise disk.store_error(path, error) from error


def read(folder: Path) -> Results:
    """Read a run; what a kill left of its last line is not there.

    Raises:
        UsageError: there are no results, or they are of another version, or damaged.
    """
    path = folder / FILE
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError as error:
        raise UsageError(
            f"{folder} holds no results.", hint="Give the folder that --output of `cloudprobe eval` named."
        ) from error
    except OSError as error:
        raise disk.store_error(path, error) from error
    except UnicodeDecodeError as error:
        raise _damaged(path, 1, "it is no text") from error
    whole = text.split("\n")[:-1]
    if not whole:
        raise _damaged(path, 1, "it is not whole")
    cases: dict[CaseKey, Case] = {}
    totals = None
    for number, line in enumerate(whole[1:], 2):
        one = _parsed(path, number, line)
        if isinstance(one, Case):
            cases[one.key] = one
        elif isinstance(one, Totals):
            totals = one
    first = _parsed(path, 1, whole[0])
    if not isinstance(first, Plan):
        raise _damaged(path, 1, "it does not say what was asked")
    return Results(plan=first, cases=tuple(cases.values()), totals=totals)


def _parsed(path: Path, number: int, line: str) -> Plan | Case | Totals:
    try:
        document = json.loads(line)
        kind, version = document["kind"], document.get("version", VERSION)
        if version != VERSION:
            raise UsageError(
                f"{path} is of version {version}; this cloudprobe reads version {VERSION}.",
                hint="Use the cloudprobe that wrote it.",
            )
        models: dict[str, type[Plan | Case | Totals]] = {"evaluation": Plan, "case": Case, "totals": Totals}
        return models[kind].model_validate_json(line)
    except ValidationError as error:
        first = error.errors()[0]
        raise _damaged(path, number, f"{'.'.join(map(str, first['loc']))}: {first['msg']}") from error
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _damaged(path, number, "it is no line of results") from error


def _damaged(path: Path, number: int, why: str) -> UsageError:
    return UsageError(f"Line {number} of {path} cannot be read: {why}.", hint="Evaluate again into another folder.")


def _line(one: Plan | Case | Totals) -> str:
    return one.model_dump_json() + "\n"
