"""The structured answer in the report's Markdown, and what every format says of it."""

import json
from collections.abc import Iterator

from cloudprobe.domain.report import Report, StructuredAnswer, StructuredValue
from cloudprobe.reports.markup import cell_code, code, fence, prose, table
from cloudprobe.reports.outline import age

LEAD = (
    "In the shape that was asked for. Each value is the one its source holds; what no source holds is null, or the"
    " whole is refused."
)
_ROWS = 200
_HOW = {"value": "recorded", "count": "length of what is recorded", "schema": "the schema allows no other"}


def document_text(answer: StructuredAnswer) -> str:
    return json.dumps(answer.document, indent=2, ensure_ascii=False)


def source(value: StructuredValue) -> str:
    """How a value is known."""
    if value.evidence is None:
        return _HOW["schema"]
    call = value.evidence.call
    operation = f", {call.service} {call.operation}" if call else ""
    return f"{_HOW[value.derived]}{operation}{age(value.evidence)}"


def section(report: Report) -> Iterator[str]:
    answer = report.structured
    if answer is None:
        return
    yield from ("## Structured answer", "", LEAD, "")
    if answer.refused:
        yield from (f"**Refused.** {prose(answer.refused)}", "")
    else:
        yield from (*fence(document_text(answer), language="json"), "")
    for one in answer.unverified:
        yield f"- Left open: {code(one.at or '/')}. {prose(one.why)}"
    if answer.unverified:
        yield ""
    if answer.values and not answer.refused:
        rows = (
            (cell_code(one.at or "/"), cell_code(one.evidence.pointer) if one.evidence else "", prose(source(one)))
            for one in answer.values[:_ROWS]
        )
        yield from (*table(("Value", "Source", "How"), rows), "")
        if len(answer.values) > _ROWS:
            yield from (f"And {len(answer.values) - _ROWS:,} more: see the JSON report.", "")
