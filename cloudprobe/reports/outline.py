"""What the formats for people share: how parts of a report are grouped, split and laid out before they are dressed."""

import json
import re
import shlex
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from cloudprobe.domain.probe import Suggestion
from cloudprobe.domain.report import AttemptNote, Cost, Evidence, Report, ReportRun, TimelineEntry
from cloudprobe.domain.run import AccessFigures, Denial
from cloudprobe.reports.wording import counted, seconds, size

STEPS = {
    "orchestrate": "Orchestrate",
    "generate_prompt": "Generate prompt",
    "generate_code": "Generate code",
    "validate": "Validate",
    "approve": "Approve",
    "grant": "Grant",
    "execute": "Execute",
    "revoke": "Revoke",
    "analyze": "Analyze",
    "aggregate": "Aggregate",
    "process_results": "Report",
}
STATEMENTS = (
    "A language model wrote these sentences. Every number, name, ARN and date in them was looked up in what they cite; "
    "how they join it is the model's."
)
HYPOTHESES = "What a language model held possible; status and confidence are its word, what it names was looked up."
INSTRUCTIONS = (
    "Text of the account that speaks to whoever reads it. It was taken for data: it could change neither what was read "
    "nor what was permitted. Somebody put it there."
)
FIXES = (
    "A language model proposed these and nothing was executed. A command stands here only where code built or parsed "
    "it against AWS's own models and everything it names was seen."
)
_NAMED_REGIONS = 4
_LEAST_USD = 0.0001
_NAMED_ACCOUNTS = 6
_NAMED_INSPECTIONS = 4
_MOST_OBJECTS = 20
"""Looked for in one text; beyond them it is shown as text."""
_COMMAND = re.compile(r"(?:^|(?<=\s))aws [a-z0-9-]+ [a-z0-9-]+( .*)?$", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Fact:
    """A line of the report's head or of a run: what, and its value; ``literal`` values are shown as they are stored."""

    name: str
    value: str
    literal: bool = False


def value_text(value: Any) -> str:
    """A recorded value to read: JSON indented, also where it arrived as text; any other text as it is."""
    if isinstance(value, str):
        parsed = _parsed(value)
        return value if parsed is None else _indented(parsed)
    return _indented(value)


def fix_parts(fix: str) -> tuple[str, str]:
    """The words of a fix, and the command it ends in, if it does."""
    found = _COMMAND.search(fix)
    return (fix[: found.start()].strip(), found[0].strip()) if found else (fix.strip(), "")


def spans(text: str) -> Iterator[tuple[str, bool]]:
    """Parts of a text, and whether each is JSON, as fixes quote policies and conditions."""
    decoder = json.JSONDecoder()
    begin = position = 0
    for _ in range(_MOST_OBJECTS):
        position = text.find("{", position)
        if position < 0:
            break
        try:
            _, end = decoder.raw_decode(text, position)
        except (ValueError, RecursionError):
            position += 1
            continue
        yield text[begin:position], False
        yield text[position:end], True
        begin = position = end
    yield text[begin:], False


def gaps_by_reason(report: Report) -> dict[str, list[str]]:
    """Why things were not covered, and what: a thousand denied calls are one line, not a thousand."""
    reasons: dict[str, list[str]] = {}
    for gap in report.not_covered:
        where = f" in account {gap.account}" if len(report.accounts) > 1 and gap.account else ""
        reasons.setdefault(gap.why, []).append(f"{gap.what}{where}")
    return reasons


def circumstances(report: Report) -> Iterator[Fact]:
    if len(report.accounts) > 1:
        shown = ", ".join(report.accounts[:_NAMED_ACCOUNTS])
        rest = len(report.accounts) - _NAMED_ACCOUNTS
        yield Fact("Accounts", shown + (f" and {rest} more" if rest > 0 else ""), literal=True)
    else:
        yield Fact("Account", report.account or "not known", literal=True)
    if report.target:
        yield Fact("Target", report.target)
    regions = report.quality.regions or report.regions
    named = len(regions) <= _NAMED_REGIONS
    yield Fact("Regions", (", ".join(regions) if named else counted(len(regions), "region")) or "none read")
    yield Fact("Started", moment(report.started))
    yield Fact(
        "Took", f"{seconds(report.seconds)}, {counted(report.usage.calls, 'call')}, {counted(len(report.runs), 'run')}"
    )
    yield Fact("Cost", cost_text(report.cost))
    yield Fact("Data class", report.data_class)
    if report.runs:
        yield Fact("Access", access_text(report.access))
    yield from _continued(report)


def _continued(report: Report) -> Iterator[Fact]:
    """What it continues, how old what it took from there is, and what it did not take, by reason."""
    if (before := report.follows) is None:
        return
    yield Fact("Continues", ", ".join(before.chain[:_NAMED_INSPECTIONS]), literal=True)
    if before.runs:
        span = moment(before.oldest) + (f" to {moment(before.newest)}" if before.newest != before.oldest else "")
        yield Fact("Known before", f"{counted(before.runs, 'run')}, as of {span}")
    for why, number in Counter(gap.why for gap in before.left_out).items():
        yield Fact("Not taken over", f"{counted(number, 'run')}: {why}")


def age(evidence: Evidence) -> str:
    """``, as of …`` where an earlier inspection read it; empty for what was read now."""
    return f", as of {moment(evidence.as_of)}" if evidence.as_of else ""


def cost_text(cost: Cost) -> str:
    """What it cost as far as prices are known; a cent's hundredth is the least that is named."""
    if not (cost.operations or cost.models):
        return "free of charge"
    unknown = f"{counted(cost.unpriced, 'exchange')} with models of no known price"
    if cost.unpriced and not cost.usd:
        return f"not known: {unknown}"
    return dollars(cost.usd) + (f", and {unknown}" if cost.unpriced else "")


def dollars(usd: float) -> str:
    return f"less than ${_LEAST_USD}" if 0 < usd < _LEAST_USD else f"${usd:.4f}"


def usage_facts(run: ReportRun) -> Iterator[Fact]:
    used = run.usage
    yield Fact("Wall time", seconds(used.wall_seconds))
    yield Fact("CPU time", seconds(used.cpu_seconds))
    yield Fact("Peak memory", size(used.peak_memory_bytes))
    yield Fact("Calls", f"{used.calls:,}")
    yield Fact("Answers read", size(used.response_bytes))
    yield Fact("Isolation", run.isolation or "not recorded")


def access_groups(run: ReportRun) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """Kind, label and operations: what was needed, what was granted for nothing, what was denied."""
    access = run.access
    yield "used", "Granted and used", tuple(op for op in access.granted if op in set(access.used))
    yield "unreached", "In the code, not reached", run.figures.not_reached or access.excess
    yield "excess", "Policy excess", run.figures.excess_actions
    if run.proposed_excess:
        yield "proposed", "Proposed besides and not granted", run.proposed_excess
    if run.proposed_missing:
        yield "proposed", "Needed and not proposed", run.proposed_missing
    yield "denied", "Denied", access.denied


def access_text(figures: AccessFigures) -> str:
    """Of a run or an inspection, on one line; the excess is a number, and its aim is 0."""
    own = f"; {counted(figures.hidden, 'role')} of cloudprobe's own left out of answers" if figures.hidden else ""
    return (
        f"{counted(figures.granted, 'operation')} granted, {figures.used:,} used, {figures.denied:,} denied; "
        f"policy excess {figures.policy_excess:,}{own}"
    )


def remedies(run: ReportRun) -> Iterator[tuple[Denial, str]]:
    """Each denial, and the statement that would let it through, as JSON; empty where none would."""
    for denial in run.denials:
        yield denial, json.dumps(denial.statement, ensure_ascii=False) if denial.statement else ""


def scripts(report: Report) -> dict[str, int]:
    """Each script once, by digest: the number of the first run that ran it."""
    first: dict[str, int] = {}
    for number, run in enumerate(report.runs, 1):
        if run.script:
            first.setdefault(run.script_digest, number)
    return first


def by_hand(run: ReportRun) -> str:
    """The command that runs a script saved as probe.py without cloudprobe."""
    return f"printf %s {shlex.quote(json.dumps(run.variables))} | python probe.py"


def commands(report: Report) -> tuple[str, ...]:
    return (
        f"cloudprobe report {report.inspection_id} --format html",
        f"cloudprobe data {report.inspection_id}",
        f"cloudprobe replay {report.inspection_id}",
        f"cloudprobe rerun {report.inspection_id}",
        f"cloudprobe export {report.inspection_id}",
    )


def place(attempt: AttemptNote) -> str:
    line = f", line {attempt.line}" if attempt.line else ""
    return f"iteration {attempt.iteration}, probe {attempt.number + 1}, {attempt.source}{line}"


def lead(suggestion: Suggestion) -> str:
    """A suggestion in words; its variables stand beside it."""
    return suggestion.question or f"template {suggestion.template}"


def tail(pointer: str) -> str:
    """A resolved pointer without its run: ``/calls/17/response/Policy``."""
    return pointer.partition("#")[2] or pointer


def turn(entry: TimelineEntry) -> str:
    """Which round of the loop a step belongs to: ``1``, or ``1, try 2``; none before the first."""
    again = f", try {entry.attempt}" if entry.attempt > 1 else ""
    return f"{entry.iteration}{again}" if entry.iteration else "-"


def moment(iso: str) -> str:
    """``2026-11-24 03:42:00 UTC`` for ISO 8601 in UTC; anything else as it is."""
    found = re.fullmatch(r"(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d+)?(?:\+00:00|Z)", iso)
    return f"{found[1]} {found[2]} UTC" if found else iso


def clock_time(iso: str) -> str:
    """``03:42:00.125`` of an ISO 8601 moment, with at most milliseconds; anything else as it is."""
    found = re.fullmatch(r"\d{4}-\d{2}-\d{2}T(\d{2}:\d{2}:\d{2}(?:\.\d{1,3})?)\S*", iso)
    return found[1] if found else iso


def _parsed(text: str) -> Any:
    """JSON that arrived as text, as policies do; nothing where it is other text."""
    if text[:1] not in {"{", "["}:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _indented(value: Any) -> str:
    return json.dumps(value, indent=2, ensure_ascii=False)
