"""Writing what was asked for: to standard output, or to a file whole or not at all."""

import sys
from pathlib import Path

from cloudprobe.adapters.local import disk
from cloudprobe.domain.report import Report
from cloudprobe.errors import StoreError
from cloudprobe.reports.formats import render

REPORT_NAMES = {".html": "html", ".htm": "html", ".md": "md", ".json": "json"}


def print_text(text: str) -> None:
    sys.stdout.write(text if text.endswith("\n") else text + "\n")


def write_file(path: Path, text: str) -> None:
    """Write or replace a file.

    Raises:
        StoreError: it cannot be written; what stood there still does.
    """
    try:
        disk.write(path.absolute(), text.encode())
    except StoreError as error:
        raise StoreError(
            error.message,
            hint="The inspection is kept: see `cloudprobe list`, then `cloudprobe report ID --output FILE`.",
        ) from error


def write_report_files(report: Report, folder: Path) -> list[Path]:
    """The report in every format; where it was written."""
    paths = []
    for form in ("html", "md", "json"):
        path = folder / f"{report.inspection_id}.{form}"
        write_file(path, render(report, form))
        paths.append(path)
    return paths
