"""``list``, ``show``, ``report``, ``data`` and ``delete``: what is kept of inspections."""

import json as jsonlib
import sys
from collections.abc import Sequence
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from cloudprobe.bootstrap import Workspace, open_workspace, start_logging
from cloudprobe.cli.summary import print_report
from cloudprobe.cli.writing import print_text, report_format, write_file
from cloudprobe.config import Config
from cloudprobe.domain.inspection import InspectionRecord, InspectionStatus
from cloudprobe.domain.inventory import Inventory, InventoryItem
from cloudprobe.domain.report import Report
from cloudprobe.domain.text import printable
from cloudprobe.errors import StateCorruptedError, UsageError
from cloudprobe.steps.artifacts import inventory_key, load, report_key


def list_inspections(data_dir: Path | None, *, json: bool) -> int:
    workspace = _open(data_dir)
    records = workspace.inspections()
    if json:
        print_text(jsonlib.dumps([record.model_dump(mode="json") for record in records], indent=2))
        return 0
    if not records:
        print_text('No inspections yet. Ask: cloudprobe inspect "which buckets are public?" --world faulty')
        return 0
    table = Table(box=None, pad_edge=False)
    for heading in ("id", "status", "outcome", "question"):
        table.add_column(heading, no_wrap=heading != "question", overflow="fold")
    for record in records:
        outcome = record.outcome.value.replace("_", " ") if record.outcome else ""
        table.add_row(record.id, record.status.value, outcome, Text(printable(record.question)))
    Console(highlight=False).print(table)
    return 0


def show(inspection_id: str, data_dir: Path | None, *, json: bool) -> int:
    workspace = _open(data_dir)
    record = workspace.inspection(inspection_id)
    if json:
        print_text(jsonlib.dumps(record.model_dump(mode="json"), indent=2))
        return 0
    console = Console(highlight=False)
    console.print(Text(f"{record.id}  {record.status.value}  {printable(record.settings.target)}", style="dim"))
    console.print(Text(printable(record.question), style="bold"))
    if record.settings.follows:
        console.print(Text(f"continues {record.settings.follows}", style="dim"))
    if record.status is InspectionStatus.FINISHED:
        print_report(load(Report, report_key(record.id), workspace.artifacts), console)
    else:
        console.print(_unfinished(record))
    return 0


def report(inspection_id: str, name: str | None, output: Path | None, data_dir: Path | None) -> int:
    workspace = _open(data_dir)
    form = report_format(workspace.config, name or ("md" if output is None else None), output)
    record = workspace.inspection(inspection_id)
    if record.status is not InspectionStatus.FINISHED:
        raise UsageError(f"Inspection {record.id} has no report yet.", hint=_unfinished(record))
    found = load(Report, report_key(record.id), workspace.artifacts)
    text = form.render(found) if form else ""
    if output is None:
        print_text(text)
    else:
        write_file(output, text)
    return 0


def data(inspection_id: str, data_dir: Path | None, *, json: bool) -> int:
    workspace = _open(data_dir)
    record = workspace.inspection(inspection_id)
    inventory = _latest_inventory(record, workspace)
    if json:
        print_text(inventory.model_dump_json(indent=2))
        return 0
    console = Console(highlight=False)
    if not inventory.items:
        console.print(f"Inspection {record.id} has seen nothing of the account.")
    for item in inventory.items.values():
        _print_item(item, console)
    return 0


def delete(inspection_id: str, data_dir: Path | None) -> int:
    workspace = _open(data_dir)
    unfinished = any(r.id == inspection_id and r.status is not InspectionStatus.FINISHED for r in _readable(workspace))
    workspace.delete(inspection_id)
    print_text(f"Deleted {inspection_id}.")
    if unfinished:
        sys.stderr.write(
            "It had not come to its end; if it was killed, a role of its may stand under /cloudprobe/ in the account"
            " until an inspection there sweeps what has expired, an hour after it was made.\n"
        )
    return 0


def _readable(workspace: Workspace) -> Sequence[InspectionRecord]:
    try:
        return workspace.inspections()
    except StateCorruptedError:  # deleting is how an unreadable record is got rid of
        return ()


def _open(data_dir: Path | None) -> Workspace:
    config = Config.read(data_dir=data_dir)
    if config.data_dir.is_dir():  # only looking must not make one
        start_logging(config)
    return open_workspace(config)


def _unfinished(record: InspectionRecord) -> str:
    if record.status is InspectionStatus.RUNNING:
        return "It is still running."
    return f"It did not come to its end; carry on with `cloudprobe resume {record.id}`."


def _latest_inventory(record: InspectionRecord, workspace: Workspace) -> Inventory:
    for iteration in range(record.settings.max_iterations, 0, -1):
        key = inventory_key(record.id, iteration)
        if workspace.artifacts.exists(key):
            return load(Inventory, key, workspace.artifacts)
    return Inventory()


def _print_item(item: InventoryItem, console: Console) -> None:
    console.print(
        Text.assemble((printable(item.type), "cyan"), "  ", printable(item.arn), (f"  {printable(item.region)}", "dim"))
    )
    for name, value in item.summary.items():
        console.print(
            Text(f"    {printable(name)} = {printable(jsonlib.dumps(value, ensure_ascii=False))}", style="dim")
        )
    for conflict in item.conflicts:
        said = ", ".join(
            f"{jsonlib.dumps(value, ensure_ascii=False)} by {run}"
            for value, run in zip(conflict.values, conflict.runs, strict=True)
        )
        console.print(Text(f"    conflict: {printable(conflict.attribute)} was {printable(said)}", style="yellow"))
