"""What agents are told: the question, what bounds the inspection, what is known. Words of code, data of the account."""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from cloudprobe.agents.prompting.citing import Citations, harmless
from cloudprobe.agents.prompting.marking import as_json, bounded, short
from cloudprobe.agents.prompting.room import Section
from cloudprobe.domain.agents import (
    Circumstances,
    Decision,
    Feedback,
    Knowledge,
    Observation,
    Observed,
    ObservedFinding,
)
from cloudprobe.domain.inspection import MAX_QUESTION_CHARACTERS
from cloudprobe.domain.text import printable
from cloudprobe.templates.registry import Template
from cloudprobe.templates.times import time_window

_CLASSES = {
    "metadata": "metadata: configuration, states, metrics; no log lines, no contents of objects, items or messages",
    "logs": "metadata and logs: also log lines; no contents of objects, items or messages",
    "data": "metadata, logs and data: also contents of the resources that were named, where the policy allows it",
}
_MARKS = re.compile(r"<(?=/?(?:data|question)\b)")
_WIDTHS = tuple(_CLASSES)
_MOST_ACCOUNTS = 50
_TEXT = 500
_CALLS = 10_000
_RESULT_MEGABYTES = 8


def question(text: str) -> str:
    """The person's own words."""
    return words(text, limit=MAX_QUESTION_CHARACTERS)


def words(text: str, *, limit: int) -> str:
    """Several lines of somebody who is no account, in which nothing is taken for a mark of the prompt."""
    return _MARKS.sub("<\\\\", printable(text[:limit], lines=True))


def circumstances(given: Circumstances, asked: str) -> str:
    """What bounds the inspection, one line each."""
    return "\n".join(_circumstances(given, asked))


def _circumstances(given: Circumstances, asked: str) -> Iterator[str]:
    now = given.asked_at.astimezone(UTC)
    yield f"Now: {_stamp(now)}."
    window = time_window(asked, now=now)
    if window:
        yield f"The question speaks of the time from {_stamp(window.start)} to {_stamp(window.end)}."
    else:
        yield "The question names no time."
    yield f"May be read: {_CLASSES[given.data_class]}."
    shown = ", ".join(given.accounts[:_MOST_ACCOUNTS])
    more = len(given.accounts) - _MOST_ACCOUNTS
    yield f"Accounts: {shown}{f' and {more} more' if more > 0 else ''}."
    every = not given.regions or "*" in given.regions
    yield f"Regions: {'every enabled one' if every else ', '.join(given.regions)}; home region {given.home_region}."
    yield (
        f"Limits of a run: {given.wall_seconds:g} seconds, {_CALLS:,} calls, {_RESULT_MEGABYTES} MB of result, 1 GB of "
        "memory, at most 16 threads."
    )


def _stamp(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def known(knowledge: Knowledge, citations: Citations) -> Section:
    """What the runs showed: how each went, then findings, facts and resources, the newest run first."""
    runs = tuple(reversed(knowledge.observations))
    lines = [harmless(line) for run in runs for line in _head(run, citations)]
    lines += [_finding(finding, citations) for run in runs for finding in run.findings]
    lines += [_place(place, citations) for run in runs for place in run.facts]
    lines += [_place(place, citations) for run in runs for place in run.resources]
    return Section(tuple(lines), weight=4, fence=True, rest="All of it stands in the runs' stored results.")


def _head(run: Observation, citations: Citations) -> Iterator[str]:
    name = citations.show(run.run_id + "#").rstrip("#")
    how = f"template {run.template}" if run.template else "script"
    found = ", ".join(f"{count} {severity}" for severity, count in run.severities.items()) or "none"
    account = f", account {run.account}" if run.account else ""
    yield f"run {name}{account}: {how}, {as_json(run.probe)}, variables {as_json(run.variables)}; findings: {found}"
    if run.as_of:
        yield f"run {name} was made for an earlier question, at {run.as_of}; it shows how things were then"
    if run.summary:
        yield f"{citations.show(f'{run.run_id}#/result/facts/summary')} = {as_json(run.summary)}"
    if run.undecided:
        yield f"run {name} says that what it could see does not decide the question"
    if run.coverage.regions:
        yield f"run {name} looked at {', '.join(run.coverage.regions)}"
    for number, gap in enumerate(run.coverage.skipped):
        place = citations.show(f"{run.run_id}#/result/coverage/skipped/{number}")
        yield f"run {name} did not see {as_json(gap.what)}: {as_json(gap.why)}, at {place}"
    for what in run.coverage.truncated:
        yield f"run {name} cut {as_json(what)} short"
    if run.denied:
        yield f"run {name} was denied {', '.join(run.denied)}"
    for sentence in run.left_out:
        yield f"run {name}, not told here: {sentence}"


def _finding(finding: ObservedFinding, citations: Citations) -> str:
    proofs = "; ".join(_place(place, citations) for place in finding.evidence)
    said = f"finding, {finding.severity}: {as_json(finding.title)} about {as_json(finding.resource)}"
    return harmless(said) + (f", shown by {proofs}" if proofs else "")


def _place(place: Observed, citations: Citations) -> str:
    shown = citations.show(place.pointer)
    value = "" if place.value is None and place.note else f" = {as_json(place.value)}"
    return f"{shown}{value}" + (f" ({harmless(place.note)})" if place.note else "")


def concluded(knowledge: Knowledge, citations: Citations) -> Section:
    """What earlier analyses made of it."""
    lines = [
        f"{h.status}, confidence {h.confidence}: {as_json(h.statement)} because {as_json(h.reason)}"
        + _cited(h.evidence, citations)
        for h in knowledge.hypotheses
    ]
    lines += [f"fact: {as_json(i.statement)}{_cited(i.evidence, citations)}" for i in knowledge.insights if i.evidence]
    return Section(tuple(map(harmless, lines)), fence=True, weight=1)


def _cited(evidence: Sequence[str], citations: Citations) -> str:
    return f" [{', '.join(citations.show(pointer) for pointer in evidence)}]" if evidence else ""


def answered(decision: Decision, citations: Citations) -> Section:
    """The answer that stands, sentence by sentence."""
    lines = [f"{as_json(claim.text)}{_cited(claim.evidence, citations)}" for claim in decision.answer]
    return Section(tuple(map(harmless, lines)), fence=True, weight=1)


def missing(knowledge: Knowledge) -> Section:
    """What failed, was not seen or was withheld, and why."""
    lines = [
        harmless(f"{as_json(short(gap.what, limit=_TEXT))}: {as_json(short(gap.why, limit=_TEXT))}")
        for gap in knowledge.gaps
    ]
    return Section(tuple(dict.fromkeys(lines)), fence=True, weight=1)


def leads(knowledge: Knowledge) -> Section:
    """What earlier runs and analyses suggest to look at."""
    lines = []
    for lead in knowledge.recommendations:
        where = f", account {lead.account}" if lead.account else ""
        what = f"template {lead.template}" if lead.template else as_json(short(lead.question or "", limit=_TEXT))
        lines.append(harmless(f"{what} with {as_json(bounded(lead.variables))}{where}"))
    return Section(tuple(dict.fromkeys(lines)), fence=True, weight=1)


def asked_before(knowledge: Knowledge) -> Section:
    """What earlier iterations set out to find."""
    lines = (
        f"{f'template {one.template}' if one.template else as_json(short(one.question, limit=_TEXT))}"
        f" with {as_json(bounded(one.variables))}"
        for one in knowledge.asked
    )
    return Section(tuple(dict.fromkeys(map(harmless, lines))), fence=True, weight=1)


def templates(
    offered: Iterable[Template], suggested: Mapping[str, Mapping[str, object]], *, data_class: str
) -> Section:
    """Templates with their variables; those that fit the question first, with what it says about them."""
    lines: list[str] = []
    for template in offered:
        fit = " FITS THE QUESTION" if template.name in suggested else ""
        wider = _WIDTHS.index(template.data_class) > _WIDTHS.index(data_class)
        reads = f"reads {template.data_class}{', which may not be read here' if wider else ''}"
        lines.append(f"{template.name}:{fit} {template.title} ({reads})")
        if template.name in suggested:
            lines += list(_variables(template, suggested[template.name]))
        elif template.variables:
            lines[-1] += f"; variables {', '.join(template.variables)}"
    return Section(tuple(lines), weight=2, rest="Those left out fit less.")


def _variables(template: Template, values: Mapping[str, object]) -> Iterator[str]:
    for name, variable in template.variables.items():
        read = f"; the question says {json.dumps(values[name], default=str)}" if name in values else ""
        default = "" if variable.default is None else f", default {json.dumps(variable.default)}"
        yield f"  {name} ({variable.type}{default}): {variable.description}{read}"


def feedback(entries: Sequence[Feedback]) -> Section:
    """Why earlier attempts failed, the latest first."""
    lines = [_complaint(entry) for entry in reversed(entries)]
    return Section(tuple(dict.fromkeys(lines)), fence=True, weight=3)


def _complaint(entry: Feedback) -> str:
    where = f"line {entry.line}, " if entry.line else ""
    hint = f" Hint: {as_json(short(entry.hint, limit=_TEXT))}" if entry.hint else ""
    when = "before it ran" if entry.source == "validate" else "when it ran"
    code = short(entry.code, limit=80)
    return harmless(f"{where}{code}, {when}: {as_json(short(entry.message, limit=2 * _TEXT))}{hint}")
