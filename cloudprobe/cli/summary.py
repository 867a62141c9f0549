"""A report as a person reads it in a terminal. Text from the account is data: no markup, no control characters."""

from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from cloudprobe.domain.inspection import Outcome
from cloudprobe.domain.probe import Severity
from cloudprobe.domain.report import Evidence, Report, ReportFinding, StructuredAnswer
from cloudprobe.domain.text import printable
from cloudprobe.reports.outline import access_text, age, cost_text
from cloudprobe.reports.structured.telling import document_text

_COLOURS = {
    Severity.CRITICAL: "bold white on red",
    Severity.HIGH: "bold red",
    Severity.MEDIUM: "bold yellow",
    Severity.LOW: "bold blue",
    Severity.INFO: "dim",
}
_OUTCOMES = {
    Outcome.ANSWERED: ("answered", "bold"),
    Outcome.NOTHING_FOUND: ("nothing wrong found", "bold green"),
    Outcome.UNANSWERED: ("not answered", "bold yellow"),
    Outcome.REFUSED: ("refused", "bold red"),
    Outcome.NO_ACCESS: ("no access", "bold red"),
    Outcome.FAILED: ("failed", "bold red"),
    Outcome.INTERRUPTED: ("interrupted", "bold yellow"),
}
MOST_FINDINGS = 20
MOST_EVIDENCE = 3
MOST_GAPS = 10


def print_report(report: Report, console: Console) -> None:
    label, style = _OUTCOMES[report.outcome]
    console.print()
    console.print(Text.assemble((label, style), ": ", printable(report.answer)))
    console.print(_dim(f"confidence {report.confidence.level}: {report.confidence.reason}"))
    for finding in report.findings[:MOST_FINDINGS]:
        console.print(Padding(_finding(finding, several=len(report.accounts) > 1), (1, 0, 0, 0)))
    hidden = len(report.findings) - MOST_FINDINGS
    if hidden > 0:
        console.print()
        console.print(_dim(f"and {hidden} more findings: see the report"))
    if report.structured:
        _print_structured(report.structured, console)
    _print_gaps(report, console)
    _print_totals(report, console)


def _print_structured(answer: StructuredAnswer, console: Console) -> None:
    console.print()
    if answer.refused:
        console.print(Text.assemble(("structured answer refused: ", "bold yellow"), printable(answer.refused)))
    else:
        console.print(Text(printable(document_text(answer), lines=True)))
    for one in answer.unverified[:MOST_GAPS]:
        console.print(_dim(f"left open  {one.at or '/'}: {one.why}"))


def _finding(finding: ReportFinding, *, several: bool) -> RenderableType:
    title = Text.assemble((f" {finding.severity.upper()} ", _COLOURS[finding.severity]), " ", printable(finding.title))
    if not finding.verified:
        title.append("  UNVERIFIED", style="bold yellow")
    rows = Table.grid(padding=(0, 2))
    rows.add_column(style="dim", no_wrap=True)
    rows.add_column(overflow="fold")
    rows.add_row("resource", Text(printable(finding.resource)))
    if several:
        rows.add_row("account", Text(printable(finding.account)))
    for evidence in finding.evidence[:MOST_EVIDENCE]:
        rows.add_row("evidence", _evidence(evidence))
    if len(finding.evidence) > MOST_EVIDENCE:
        rows.add_row("", _dim(f"and {len(finding.evidence) - MOST_EVIDENCE} more in the report"))
    if finding.fix:
        rows.add_row("fix", Text(printable(finding.fix)))
    return Group(title, Padding(rows, (0, 0, 0, 2)))


def _evidence(evidence: Evidence) -> Text:
    if not evidence.verified:
        return Text.assemble((printable(evidence.pointer), "dim"), ("  leads to no recorded value", "yellow"))
    text = Text(printable(_shown(evidence.value)))
    call = evidence.call
    source = f"{call.service} {call.operation}, request {call.request_id}" if call else evidence.pointer
    return text.append(f"\n{printable(source)}{age(evidence)}", style="dim")


def _shown(value: object, *, most: int = 240) -> str:
    import json  # noqa: PLC0415 - beside its only use, off the path of --help

    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= most else text[: most - 1] + "…"


def _print_gaps(report: Report, console: Console) -> None:
    if not report.not_covered:
        return
    console.print(Text("\nnot covered", style="bold yellow"))
    for gap in report.not_covered[:MOST_GAPS]:
        where = f" in account {gap.account}" if len(report.accounts) > 1 and gap.account else ""
        console.print(Text.assemble("  ", printable(gap.what), printable(where), (f": {printable(gap.why)}", "dim")))
    if len(report.not_covered) > MOST_GAPS:
        console.print(_dim(f"  and {len(report.not_covered) - MOST_GAPS} more: see the report"))


def _print_totals(report: Report, console: Console) -> None:
    seen = ", ".join(f"{count} {kind}" for kind, count in report.inventory.items())
    isolation = ", ".join(sorted({run.isolation for run in report.runs if run.isolation}))
    console.print()
    if seen:
        regions = ", ".join(report.quality.regions or report.regions)
        console.print(_dim(f"looked at  {seen}" + (f" in {regions}" if regions else "")))
    if report.runs:
        runs = f"{len(report.runs)} run{'' if len(report.runs) == 1 else 's'}"
        console.print(
            _dim(f"used       {report.usage.calls} read calls, {report.seconds:.1f} s, {runs} in {isolation}")
        )
        console.print(_dim(f"access     {access_text(report.access)}"))
    if report.follows:
        console.print(_dim(f"continues  {', '.join(report.follows.chain)}"))
        for why in dict.fromkeys(gap.why for gap in report.follows.left_out):
            console.print(_dim(f"again      {why}"))
    if report.cost.usd or report.cost.models:
        console.print(_dim(f"cost       {cost_text(report.cost)}"))
    if report.access.policy_excess:
        console.print(_dim(f"excess     {', '.join(report.access.excess_actions)}"))
    if len(report.accounts) > 1:
        console.print(_dim(f"accounts   {', '.join(report.accounts)} ({report.target})"))
    else:
        console.print(_dim(f"account    {report.account} ({report.target})"))


def _dim(text: str) -> Text:
    return Text(printable(text), style="dim")
