"""The report as Markdown, for a terminal, a ticket or a pull request."""

import json
from collections.abc import Iterable, Iterator

from cloudprobe.domain.report import Evidence, Report, ReportFinding, ReportRun
from cloudprobe.domain.run import RunError
from cloudprobe.reports import appendix, outline
from cloudprobe.reports.markup import cell_code, code, fence, prose, table
from cloudprobe.reports.structured import telling as structured
from cloudprobe.reports.wording import CONFIDENCE, OUTCOMES, counted, listed, seconds, severities, severity_words

_GAPS_OF_A_REASON = 20
_CONFLICTS = 50
_SCRIPT_LINES = 150


def render_markdown(report: Report) -> str:
    sections = (
        *(_head, structured.section, _statements, _findings, _fixes, _instructions, _hypotheses, _connections),
        *(_not_covered, _coverage, _next, _attempts, _timeline, _appendix, _runs, _reproduce),
    )
    return "\n".join(line for section in sections for line in section(report)).rstrip("\n") + "\n"


def _head(report: Report) -> Iterator[str]:
    yield from (f"# {prose(report.question) or '(no question)'}", "")
    found = severity_words(severities(report.findings))
    yield f"**{OUTCOMES[report.outcome]}**{f' · {found}' if found else ''}"
    yield from ("", prose(report.answer), "")
    yield from (f"{CONFIDENCE[report.confidence.level]} confidence. {prose(report.confidence.reason)}".rstrip(), "")
    yield f"- Inspection: {code(report.inspection_id)}"
    for fact in outline.circumstances(report):
        yield f"- {fact.name}: {code(fact.value) if fact.literal else prose(fact.value)}"
    yield ""


def _statements(report: Report) -> Iterator[str]:
    """Each sentence of a model's answer with what proves it."""
    if not report.claims:
        return
    yield from (f"## Statements ({len(report.claims):,})", "")
    yield from (outline.STATEMENTS, "")
    for number, claim in enumerate(report.claims, 1):
        doubt = "" if claim.verified else " (unverified)"
        yield from (f"### {number}.{doubt} {prose(claim.text)}", "")
        if claim.unresolved:
            yield f"- Not found in what it cites: {_codes(claim.unresolved)}"
        if not claim.evidence:
            yield "- Evidence: none was cited, so nothing proves this statement."
        for evidence in claim.evidence:
            yield from _evidence(evidence)
        yield ""


def _hypotheses(report: Report) -> Iterator[str]:
    if not report.hypotheses:
        return
    yield from (f"## Hypotheses ({len(report.hypotheses):,})", "", outline.HYPOTHESES, "")
    for one in report.hypotheses:
        why = f" {prose(one.reason)}" if one.reason else ""
        yield f"- **{one.status}**, {one.confidence} confidence: {prose(one.statement)}{why}"
        if one.unresolved:
            yield f"  Not found in what it cites: {_codes(one.unresolved)}"
        for evidence in one.evidence:
            yield f"  Evidence: {code(evidence.pointer)}" + ("" if evidence.verified else " leads to no recorded value")
    yield ""


def _instructions(report: Report) -> Iterator[str]:
    if not report.instructions_in_data:
        return
    yield from (f"## Instructions found in data ({len(report.instructions_in_data):,})", "", outline.INSTRUCTIONS, "")
    for one in report.instructions_in_data:
        yield f"- {code(one.excerpt)} at {code(one.pointer)}: {prose(one.why)}"
    yield ""


def _fixes(report: Report) -> Iterator[str]:
    if not report.fixes:
        return
    yield from (f"## What could be done ({len(report.fixes):,})", "", outline.FIXES, "")
    for fix in report.fixes:
        yield f"- {prose(fix.text)}" + (" **This takes something away.**" if fix.destructive else "")
        if fix.refused:
            yield f"  No command is offered for it: {prose(fix.refused)}"
        if fix.command:
            yield from fence(fix.command, language="sh", indent=2)
    yield ""


def _findings(report: Report) -> Iterator[str]:
    if not report.findings:
        return
    yield from (f"## Findings ({len(report.findings):,})", "")
    for number, finding in enumerate(report.findings, 1):
        yield from _finding(number, finding, several=len(report.accounts) > 1)


def _finding(number: int, finding: ReportFinding, *, several: bool) -> Iterator[str]:
    doubt = "" if finding.verified else " (unverified)"
    yield from (f"### {number}. {finding.severity.upper()}{doubt}: {prose(finding.title)}", "")
    where = f" in {prose(finding.region)}" if finding.region else ""
    yield f"- Resource: {code(finding.resource)}{where}"
    if several:
        yield f"- Account: {code(finding.account)}"
    yield f"- Kind: {code(finding.id)}"
    words, command = outline.fix_parts(finding.fix)
    if words or command:
        told = "".join(code(part) if literal else _within(part) for part, literal in outline.spans(words))
        yield f"- Fix: {told}".rstrip()
    if command:
        yield from fence(command, language="sh", indent=2)
    if finding.unresolved:
        yield f"- Not found in what was recorded: {_codes(finding.unresolved)}"
    if not finding.evidence:
        yield "- Evidence: none was cited, so nothing proves this claim."
    for evidence in finding.evidence:
        yield from _evidence(evidence)
    yield ""


def _within(part: str) -> str:
    """A part of a sentence, with the space it has at either end."""
    return f"{' ' * part.startswith(' ')}{prose(part)}{' ' * (part.strip(' ') != '' and part.endswith(' '))}"


def _evidence(evidence: Evidence) -> Iterator[str]:
    if not evidence.verified:
        yield f"- Evidence {code(evidence.pointer)}: leads to no recorded value."
        return
    call = evidence.call
    if call is None:
        yield f"- Evidence {code(evidence.pointer)}, from the script's own result{outline.age(evidence)}:"
    else:
        earlier = ", by an earlier inspection" if evidence.as_of else ""
        yield (
            f"- Evidence {code(evidence.pointer)}: {code(f'{call.service} {call.operation}')} "
            f"with {code(json.dumps(call.parameters, ensure_ascii=False))} in {prose(call.region) or 'no region'}, "
            f"request {code(call.request_id)}, {prose(outline.moment(call.started))}{earlier}:"
        )
    yield from fence(outline.value_text(evidence.value), indent=2)


def _connections(report: Report) -> Iterator[str]:
    lines = report.connections.lines
    if not lines:
        return
    yield from (f"## Connections ({len(lines):,})", "")
    yield from ("How what has findings hangs together with other things, by what names them in what was recorded.", "")
    for line in lines:
        yield f"- {code(line.source)} → {code(line.target)} ({prose(line.label)})"
    yield ""


def _not_covered(report: Report) -> Iterator[str]:
    if not report.not_covered:
        return
    yield from (f"## Not covered ({len(report.not_covered):,})", "")
    for why, what in outline.gaps_by_reason(report).items():
        shown = listed((prose(thing) for thing in what), most=_GAPS_OF_A_REASON)
        yield f"- {shown}: {prose(why)}"
    yield ""


def _coverage(report: Report) -> Iterator[str]:
    if not (report.runs or report.inventory):
        return
    quality = report.quality
    yield from ("## Coverage", "")
    complete = "Complete" if quality.complete else "Not complete"
    yield (
        f"{complete}: {counted(quality.runs_succeeded, 'probe')} gave a result, {quality.runs_failed:,} did not; "
        f"{counted(quality.calls, 'call')}, {counted(quality.calls_denied, 'operation')} denied; "
        f"{quality.skipped:,} skipped, {counted(quality.truncated, 'list')} cut."
    )
    yield ""
    if quality.regions:
        yield from (f"Regions read: {prose(listed(quality.regions))}.", "")
    if report.inventory:
        rows = ((cell_code(kind), f"{number:,}") for kind, number in report.inventory.items())
        yield from (*table(("Seen", "Number"), rows), "")
    if report.conflicts:
        yield from (f"### Conflicting observations ({len(report.conflicts):,})", "")
        for entry in report.conflicts[:_CONFLICTS]:
            values = " then ".join(code(outline.value_text(value)) for value in entry.conflict.values)
            yield f"- {code(entry.arn)}, {code(entry.conflict.attribute)}: {values}"
        if len(report.conflicts) > _CONFLICTS:
            yield f"- and {len(report.conflicts) - _CONFLICTS:,} more: see the JSON report"
        yield ""


def _next(report: Report) -> Iterator[str]:
    if not report.suggestions:
        return
    yield from ("## Where to look next", "")
    for suggestion in report.suggestions:
        given = f" with {code(json.dumps(suggestion.variables, ensure_ascii=False))}" if suggestion.variables else ""
        yield f"- {prose(outline.lead(suggestion))}{given}"
    yield ""


def _attempts(report: Report) -> Iterator[str]:
    if not report.attempts:
        return
    yield from (f"## Failed attempts ({len(report.attempts):,})", "")
    for attempt in report.attempts:
        hint = f" {prose(attempt.hint)}" if attempt.hint else ""
        yield f"- {outline.place(attempt).capitalize()}: {code(attempt.code)} {prose(attempt.message)}{hint}"
    yield ""


def _timeline(report: Report) -> Iterator[str]:
    if not report.timeline:
        return
    rows = (
        (
            prose(outline.clock_time(entry.started)),
            outline.turn(entry),
            prose(outline.STEPS.get(entry.step, entry.step)),
            seconds(entry.seconds),
            prose(entry.note),
        )
        for entry in report.timeline
    )
    yield from ("## Timeline", "", *table(("Time (UTC)", "Iteration", "Step", "Took", "What happened"), rows), "")


def _appendix(report: Report) -> Iterator[str]:
    """What it cost and took; the runs' own figures stand with the runs."""
    if not report.metrics.steps:
        return
    yield from ("## Cost and metrics", "")
    for fact in (*appendix.cost_facts(report), *appendix.metric_facts(report.metrics)):
        yield f"- {fact.name}: {prose(fact.value)}"
    yield ""
    for part in appendix.tables(report):
        rows = (tuple(prose(cell) for cell in row) for row in part.rows)
        yield from (f"### {part.title}", "", *table(part.headings, rows), "")


def _runs(report: Report) -> Iterator[str]:
    if not report.runs:
        return
    yield from (f"## Runs ({len(report.runs):,})", "")
    first = outline.scripts(report)
    for number, run in enumerate(report.runs, 1):
        yield from _run(number, run)
        yield from _script(run, same_as=first.get(run.script_digest, number), number=number)


def _run(number: int, run: ReportRun) -> Iterator[str]:
    yield from (f"### Run {number}: {code(run.run_id)} {run.status}", "")
    if run.as_of:
        yield f"- Made by an earlier inspection: {prose(outline.moment(run.as_of))}"
    if run.template:
        yield f"- Template: {code(run.template)}"
    if run.summary:
        yield f"- Says: {prose(run.summary)}"
    if run.limit:
        yield f"- Limit reached: {prose(run.limit)}"
    if run.error:
        yield _error(run.error)
    yield f"- Variables: {code(json.dumps(run.variables, ensure_ascii=False))}"
    for _, label, operations in outline.access_groups(run):
        yield f"- {label} ({len(operations)}): {_codes(operations)}"
    for denial, statement in outline.remedies(run):
        remedy = f" To allow it, in {prose(denial.where)}: {code(statement)}" if statement else ""
        cause = denial.cause.replace("_", " ")
        yield f"- Denied {code(denial.operation)} ({cause}): {prose(denial.explanation)}{remedy}"
    yield "- " + "; ".join(f"{fact.name.lower()} {prose(fact.value)}" for fact in outline.usage_facts(run))
    yield f"- Script SHA-256: {_digest(run.script_digest)}"
    yield from (f"- Policy SHA-256: {_digest(run.policy_digest)}", "")
    yield from ("Policy:", "", *fence(outline.value_text(run.policy), language="json"), "")


def _script(run: ReportRun, *, same_as: int, number: int) -> Iterator[str]:
    """A script of some length is left to the other formats: it would bury the rest in a terminal or a ticket."""
    length = run.script.count("\n")
    if not run.script:
        yield "The script is missing from the data folder."
    elif same_as != number:
        yield f"Script: that of run {same_as}."
    elif length > _SCRIPT_LINES:
        yield f"Script: {counted(length, 'line')}, in the HTML and the JSON report."
    else:
        yield from ("Script:", "", *fence(run.script, language="python"))
    yield ""


def _error(error: RunError) -> str:
    line = f" at line {error.line}" if error.line else ""
    hint = f" {prose(error.hint)}" if error.hint else ""
    return f"- Error{line}: {code(error.code or error.type)} {prose(error.message)}{hint}"


def _digest(digest: str) -> str:
    return code(digest) if digest else "not recorded"


def _codes(names: Iterable[str]) -> str:
    return ", ".join(map(code, names)) or "none"


def _reproduce(report: Report) -> Iterator[str]:
    yield from ("## Reproduce", "")
    yield from fence("\n".join(outline.commands(report)), language="sh")
    if any(run.script for run in report.runs):
        yield from ("", "A script runs without cloudprobe wherever boto3 finds read access; save it as `probe.py`:", "")
        yield from fence("\n".join(dict.fromkeys(outline.by_hand(run) for run in report.runs)), language="sh")
    yield from ("", f"Written by cloudprobe {prose(report.cloudprobe_version)}, {outline.moment(report.finished)}.")
