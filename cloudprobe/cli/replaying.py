"""``replay``: every run of an inspection again, from its recording."""

import json as jsonlib
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cloudprobe.cli.sources import open_data, open_record
from cloudprobe.cli.stopping import stop_requested
from cloudprobe.cli.writing import print_text
from cloudprobe.domain.text import printable
from cloudprobe.errors import UnansweredError
from cloudprobe.evidence.replaying import ReplayedRun, replay_all

_STYLES = {"equal": "green", "different": "bold red", "cut": "yellow"}


def replay(source: str, data_dir: Path | None, *, json: bool) -> int:
    with open_record(source, open_data(data_dir)) as record, stop_requested() as cancel:
        if not record.runs:
            raise UnansweredError(
                f"Inspection {record.inspection_id} ran nothing, so there is nothing to replay.",
                hint=f"See why with `cloudprobe show {record.inspection_id}`.",
            )
        runs = list(replay_all(record, cancel=cancel))
        identifier = record.inspection_id
    if json:
        document = {
            "inspection_id": identifier,
            "equal": not any(run.verdict == "different" for run in runs),
            "runs": [run.to_json() for run in runs],
        }
        print_text(jsonlib.dumps(document, indent=2))
    else:
        _print(identifier, runs)
    return UnansweredError.exit_code if any(run.verdict == "different" for run in runs) else 0


def _print(identifier: str, runs: list[ReplayedRun]) -> None:
    console = Console(highlight=False)
    table = Table(box=None, pad_edge=False)
    for heading in ("run", "replay", "calls", "seconds", "result"):
        table.add_column(heading, no_wrap=True)
    for run in runs:
        verdict = Text(run.verdict, style=_STYLES[run.verdict])
        table.add_row(run.run_id, verdict, str(run.calls), f"{run.seconds:.2f}", run.result_digest[:12])
    console.print(table)
    for run in runs:
        if run.verdict == "cut":
            console.print(Text(f"{run.run_id}: a limit of the machine cut it short, so there is no whole to compare."))
        elif run.differences:
            for difference in run.differences:
                console.print(Text(f"{run.run_id}: {printable(difference)}"))
    equal = sum(run.verdict == "equal" for run in runs)
    console.print(
        Text(f"{equal} of {len(runs)} run{'s' * (len(runs) != 1)} of {identifier} replayed equal, without any cloud.")
    )
