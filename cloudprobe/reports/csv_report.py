"""The findings as CSV, one a line: for spreadsheets and tickets."""

import csv
import io

from cloudprobe.domain.report import Report, ReportFinding
from cloudprobe.domain.text import printable

COLUMNS = (
    "severity",
    "title",
    "id",
    "resource",
    "account",
    "region",
    "verified",
    "fix",
    "evidence",
    "run_id",
    "inspection_id",
)
_FORMULA = ("=", "+", "-", "@")
"""A spreadsheet computes cells that begin so; account data must not become formulas (OWASP, CSV injection)."""


def render_csv(report: Report) -> str:
    """Fields as in RFC 4180, a line of names first; ``evidence`` holds pointers and the request ids they lead to."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(COLUMNS)
    for finding in report.findings:
        writer.writerow([_cell(value) for value in _row(report, finding)])
    return out.getvalue()


def _row(report: Report, finding: ReportFinding) -> tuple[str, ...]:
    evidence = "; ".join(
        one.pointer + (f" (request {one.call.request_id})" if one.call else "") for one in finding.evidence
    )
    return (
        finding.severity.value,
        finding.title,
        finding.id,
        finding.resource,
        finding.account or report.account,
        finding.region,
        "yes" if finding.verified else "no",
        finding.fix,
        evidence,
        finding.run_id,
        report.inspection_id,
    )


def _cell(value: str) -> str:
    value = printable(value)
    return f"'{value}" if value.startswith(_FORMULA) else value
