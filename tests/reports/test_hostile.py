"""One text everywhere a report can hold one: whatever it is, no format may obey it."""

import itertools
import json
import re

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from cloudprobe.domain.agents import Feedback
from cloudprobe.domain.inspection import Outcome
from cloudprobe.domain.probe import Coverage, ProbeResult, Skipped, Suggestion
from cloudprobe.domain.run import Access, RunError, RunStatus
from cloudprobe.domain.work import WorkStatus
from cloudprobe.reports.formats import FORMATS, render

READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
HOSTILE = [
    "<script>alert(1)</script>",
    "</style></pre><img src=https://evil.example/x.png onerror=alert(1)>",
    '" onmouseover="alert(1)',
    "[x](javascript:alert(1)) ![y](https://evil.example/y)",
    "a | b | c",
    "`x` ``y``",
    "```\n# heading\n| a | b |\n",
    "\x1b[2J\x1b]8;;https://evil.example\x07\x9b31m",
    "\u202egnp.exe\u2066\u200b\ufeff",
    "{{ 7 * 7 }}{% raw %}",
    "two\nlines\r\nthree",
    "<!-- --> ]]> &lt; &amp;",
    "",
]


def hostile_report(case, make_bucket, make_finding, text):
    name = text or "x"
    case.question = text
    case.state["user_request"] = text
    case.settings = case.settings.model_copy(update={"account": text, "target": text})

    case.state["settings"] = case.settings.model_dump(mode="json")
    calls = [
        {
            "service": name,
            "operation": text,
            "request_id": "R",
            "region": text,
            "account": text,
            "started": text,
            "parameters": {text: [text]},
            "response": {name: text},
        }
    ]
    pointer = name.replace("~", "~0").replace("/", "~1")
    result = ProbeResult(
        facts={"summary": text},
        findings=(
            make_finding(
                name,
                f"/calls/R/response/{pointer}",
                text,
                id=name[:200],
                title=name,
                resource=text,
                fix=f"{text} aws s3 rm {text}",
            ),
        ),
        resources=(
            make_bucket(name, region=text, value=text).model_copy(update={"type": text}),
            make_bucket(name, region="", value=[text]),
        ),
        coverage=Coverage(regions=(text,), skipped=(Skipped(what=text, why=text),) * 2, truncated=(text,)),
        next=(Suggestion(question=text, variables={text: text}), Suggestion(template=text)),
    )
    case.probe(
        result,
        template=text,
        variables={text: text},
        calls=calls,
        access=Access(granted=(text,), used=(text,), denied=(text,)),
        feedback=(Feedback(source="execute", code=text, message=text, hint=text, line=1),),
    )
    case.probe(
        None,
        number=1,
        status=RunStatus.LIMITED,
        limit=text,
        error=RunError(type=text, message=text, hint=text, code=text, line=2),
        template=text,
        access=Access(granted=(text,)),
    )
    case.unfinished(WorkStatus.FAILED, Feedback(source="validate", code=text, message=text, hint=text), number=2)
    case.exchange("code_generator", model=text, error=text, stop=None)
    case.step("execute", note=text)
    case.step(name, note=text, iteration=2)
    case.aggregate()
    case.decide(Outcome.ANSWERED, text)
    return case.report()


def harmless(report, page):
    """No output obeys a terminal escape, makes an element, a link or a broken table of what was read."""
    for wanted in FORMATS:
        text = render(report, wanted)
        assert not re.search(
            r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]", text
        )
        text.encode()
    assert json.loads(render(report, "json")) == report.model_dump(mode="json")
    parsed = page(report)
    assert "script" not in parsed.tags
    assert "img" not in parsed.tags
    assert all(not name.startswith("on") for _, name, _ in parsed.attributes)
    tokens = READER.parse(render(report, "md"))
    kinds = {token.type for token in tokens} | {child.type for token in tokens for child in token.children or ()}
    assert not kinds & {"html_block", "html_inline", "link_open", "image", "code_block", "blockquote_open", "s_open"}
    assert sum(token.type == "heading_open" and token.tag == "h1" for token in tokens) == 1
    for begins, group in itertools.groupby(render(report, "md").splitlines(), key=lambda line: line.startswith("| ")):
        if begins:
            assert len({line.count("|") for line in group}) == 1


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_anywhere_is_harmless_everywhere(new_case, bucket, public_bucket, page, text):
    harmless(hostile_report(new_case(), bucket, public_bucket, text), page)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(text=st.text(max_size=60) | st.lists(st.sampled_from(HOSTILE), max_size=3).map("".join))
def test_any_text_anywhere_is_harmless_everywhere(new_case, bucket, public_bucket, page, text):
    harmless(hostile_report(new_case(), bucket, public_bucket, text), page)
