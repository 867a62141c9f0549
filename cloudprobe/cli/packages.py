"""``export`` and ``verify``: one archive for a third person, and whether one that was sent is whole."""

import json as jsonlib
import sys
from pathlib import Path

from rich.console import Console
from rich.text import Text

from cloudprobe.cli.sources import open_data, stored_record
from cloudprobe.cli.stopping import stop_requested
from cloudprobe.cli.writing import print_text
from cloudprobe.domain.text import printable
from cloudprobe.errors import StoreError, UnansweredError, UsageError
from cloudprobe.evidence import package
from cloudprobe.evidence.readme import package_name
from cloudprobe.evidence.verification import Verification
from cloudprobe.evidence.verification import verify as check

_SHOWN = 10


def export(inspection_id: str, output: Path | None, data_dir: Path | None, *, json: bool) -> int:
    record = stored_record(inspection_id, open_data(data_dir))
    path = output or Path(f"{package_name(record.inspection_id)}.tar.gz")
    if path.is_dir():
        path /= f"{package_name(record.inspection_id)}.tar.gz"
    try:
        sha256 = package.export(record, path.absolute())
    except StoreError as error:
        raise StoreError(error.message, hint="Give another file with --output; the inspection is kept.") from error
    if json:
        document = {
            "inspection_id": record.inspection_id,
            "file": str(path),
            "sha256": sha256,
            "runs": len(record.runs),
        }
        print_text(jsonlib.dumps(document, indent=2))
    else:
        print_text(f"{sha256}  {path}")
        sys.stderr.write(
            f"Whoever gets it checks it with `cloudprobe verify {path.name}`, and that SHA-256 with you.\n"
        )
    return 0


def verify(path: Path, sha256: str | None, *, replay: bool, json: bool) -> int:
    if not path.is_file():
        raise UsageError(f"There is no file {path}.", hint="Name a package that `cloudprobe export` wrote.")
    with stop_requested() as cancel:
        verification = check(path, sha256=sha256 or "", replay=replay, cancel=cancel)
    if json:
        print_text(jsonlib.dumps(verification.to_json(), indent=2))
    else:
        _print(path, verification)
    return 0 if verification.ok else UnansweredError.exit_code


def _print(path: Path, verification: Verification) -> None:
    console = Console(highlight=False)
    for found in verification.checks:
        verdict = ("ok   ", "green") if found.ok else ("WRONG", "bold red")
        console.print(Text.assemble(verdict, f"  {found.said()}"))
        for problem in found.problems[:_SHOWN]:
            console.print(Text(f"       {printable(problem)}", style="red"))
        if len(found.problems) > _SHOWN:
            console.print(Text(f"       and {len(found.problems) - _SHOWN} more: see --json", style="red"))
        for note in found.notes[:_SHOWN]:
            console.print(Text(f"       {printable(note)}", style="yellow"))
    console.print(Text(f"SHA-256 {verification.sha256}", style="dim"))
    what = f"inspection {verification.inspection_id}" if verification.inspection_id else "the package"
    console.print(Text(f"{path.name}: {what} {'verified' if verification.ok else 'is NOT as it was written'}."))
