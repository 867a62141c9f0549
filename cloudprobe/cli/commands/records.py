"""Commands about inspections that are kept: ``list``, ``show``, ``report``, ``data``, ``delete``."""

import typer

from cloudprobe.cli.failures import reported
from cloudprobe.cli.options import DataDir, Format, InspectionId, Json, Output

records = typer.Typer(rich_markup_mode=None)


@records.command("list")
@reported
def list_inspections(json: Json = False, data_dir: DataDir = None) -> int:
    """List inspections, newest first."""
    from cloudprobe.cli import stored

    return stored.list_inspections(data_dir, json=json)


@records.command()
@reported
def show(inspection_id: InspectionId, json: Json = False, data_dir: DataDir = None) -> int:
    """Show an inspection: its answer, or how far it got."""
    from cloudprobe.cli import stored

    return stored.show(inspection_id, data_dir, json=json)


@records.command()
@reported
def report(
    inspection_id: InspectionId,
    report_format: Format = None,
    output: Output = None,
    data_dir: DataDir = None,
) -> int:
    """Print or write an inspection's report."""
    from cloudprobe.cli import stored

    return stored.report(inspection_id, report_format, output, data_dir)


@records.command()
@reported
def data(inspection_id: InspectionId, json: Json = False, data_dir: DataDir = None) -> int:
    """Print what an inspection saw of the account: the inventory, conflicts included."""
    from cloudprobe.cli import stored

    return stored.data(inspection_id, data_dir, json=json)


@records.command()
@reported
def delete(inspection_id: InspectionId, data_dir: DataDir = None) -> int:
    """Delete an inspection and everything it stored."""
    from cloudprobe.cli import stored

    return stored.delete(inspection_id, data_dir)
