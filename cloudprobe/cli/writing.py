"""Writing what was asked for: to standard output, or to a file whole or not at all."""

import sys
from pathlib import Path

from cloudprobe.adapters.local import disk
from cloudprobe.bootstrap import load_plugins
from cloudprobe.config import Config
from cloudprobe.domain.report import Report
from cloudprobe.errors import StoreError, UsageError
from cloudprobe.plugins.hookspecs import ReportFormat
from cloudprobe.reports.formats import render

_DEFAULT = "md"


def report_format(config: Config, name: str | None, path: Path | None = None) -> ReportFormat | None:
    """The format that is asked for by name, or by the suffix of a file; None where a summary is wanted.

    Raises:
        UsageError: there is no such format.
    """
    if name is None and path is None:
        return None
    known = load_plugins(config).report_formats()
    if name is None and path is not None:
        suffix = ".html" if path.suffix.lower() == ".htm" else path.suffix.lower()
        return next((one for one in known.values() if one.suffix == suffix), known[_DEFAULT])
    if name not in known:
        raise UsageError(f"There is no report format {name!r}.", hint=f"Choose one of: {', '.join(known)}.")
    return known[name]


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
