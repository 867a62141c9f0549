"""One report, in the format that is asked for."""

from collections.abc import Callable
from typing import Literal, get_args

from cloudprobe.domain.report import Report
from cloudprobe.errors import UsageError

Format = Literal["html", "md", "json", "csv"]
FORMATS: tuple[Format, ...] = get_args(Format)


def render(report: Report, format: str) -> str:  # noqa: A002 - what the command line and the API call it
    """The report as text, UTF-8 when written.

    Raises:
        UsageError: there is no such format.
    """
    if format not in FORMATS:
        raise UsageError(f"There is no report format {format!r}.", hint=f"Choose one of: {', '.join(FORMATS)}.")
    return _renderer(format)(report)


def _renderer(wanted: Format) -> Callable[[Report], str]:
    """Each is imported where it is asked for: a step that stores the report pays for no template engine."""
    match wanted:
        case "html":
            from cloudprobe.reports.html_report import render_html  # noqa: PLC0415 - see above

            return render_html
        case "md":
            from cloudprobe.reports.markdown import render_markdown  # noqa: PLC0415 - see above

            return render_markdown
        case "csv":
            from cloudprobe.reports.csv_report import render_csv  # noqa: PLC0415 - see above

            return render_csv
        case "json":
            from cloudprobe.reports.json_report import render_json  # noqa: PLC0415 - see above

            return render_json
