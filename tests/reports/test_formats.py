import base64
import hashlib
import json
import re
from itertools import pairwise
from pathlib import Path

import jsonschema
import pytest
from markdown_it import MarkdownIt

from cloudprobe.domain.agents import DataQuality
from cloudprobe.domain.contracts import FOLDER
from cloudprobe.domain.inspection import Outcome
from cloudprobe.domain.probe import ProbeResult, Severity
from cloudprobe.domain.report import Confidence, Report
from cloudprobe.errors import UsageError
from cloudprobe.reports import outline
from cloudprobe.reports.formats import FORMATS, render
from cloudprobe.reports.wording import OUTCOMES, listed, seconds, size, things

SNAPSHOT = Path(__file__).parent / "snapshots" / "full_md.txt"
READER = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])


def shown(text):
    """What a reader of Markdown gets to see, without the markup: a line for every block."""
    return "\n".join(
        "".join(part.content for part in token.children) if token.children else token.content
        for token in READER.parse(text)
    )


def test_an_unknown_format_names_the_known_ones(full):
    with pytest.raises(UsageError, match="'pdf'") as raised:
        render(full.report(), "pdf")
    assert "html, md, json, csv" in raised.value.hint


def test_every_format_says_the_same(full, page):
    report = full.report()
    html = re.sub(r"\s+", " ", "".join(page(report).text))
    markdown = re.sub(r"\s+", " ", shown(render(report, "md")))
    document = json.loads(render(report, "json"))
    assert Report.model_validate(document) == report
    for text in (html, markdown):
        for finding in report.findings:
            assert finding.title in text
            assert finding.resource in text
            for proof in finding.evidence:
                assert proof.pointer in text
        for gap in report.not_covered:
            assert gap.why in text
        for run in report.runs:
            assert run.run_id in text
            assert run.script_digest in text
        for value in (report.question, report.answer, report.confidence.reason, report.inspection_id, report.account):
            assert value in text
        for attempt in report.attempts:
            assert attempt.message in text
        for operation in ("s3:GetBucketAcl", "s3:GetObject"):
            assert operation in text
        assert "Who made acme-www public?" in text
        assert "unverified" in text


def test_json_is_the_contract_and_ascii(full):
    text = render(full.report(), "json")
    assert text.isascii()
    jsonschema.validate(json.loads(text), json.loads((FOLDER / "report.schema.json").read_text()))


def test_the_page_loads_nothing_and_forbids_everything(full, page):
    report = full.report()
    text = render(report, "html")
    parsed = page(report)
    assert not set(parsed.tags) & {"script", "link", "img", "iframe", "object", "embed", "form", "base", "image", "use"}
    for tag, name, value in parsed.attributes:
        assert not name.startswith("on"), (tag, name)
        assert name not in {"src", "srcset", "style", "action", "background", "poster", "ping"}, (tag, name)
        if name == "href":
            assert value.startswith("#")
    policy = next(v for t, n, v in parsed.attributes if t == "meta" and n == "content" and "default-src" in v)
    assert policy.startswith("default-src 'none'; style-src 'sha256-")
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    assert "url(" not in style
    assert "@import" not in style
    assert "//" not in style.replace("/*", "").replace("*/", "")


def test_the_policy_admits_exactly_the_page_s_own_style(full):
    text = render(full.report(), "html")
    style = re.search(r"<style>(.*?)</style>", text, re.DOTALL)[1]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"style-src 'sha256-{digest}'" in text


def test_every_link_and_label_of_the_page_leads_somewhere(full, page):
    attributes = page(full.report()).attributes
    ids = [value for _, name, value in attributes if name == "id"]
    assert len(ids) == len(set(ids))
    for _, name, value in attributes:
        if name == "href":
            assert value[1:] in ids
        if name == "aria-labelledby":
            assert value in ids


def test_the_page_has_one_heading_and_no_level_is_skipped(full, page):
    levels = [int(tag[1]) for tag in page(full.report()).tags if re.fullmatch("h[1-6]", tag)]
    assert levels.count(1) == 1
    assert all(after - before <= 1 for before, after in pairwise(levels))


def test_the_markdown_reads_as_reviewed(full):
    """After a deliberate change: delete the snapshot, run this twice, and read the difference."""
    text = render(full.report(), "md")
    if not SNAPSHOT.exists():
        SNAPSHOT.parent.mkdir(exist_ok=True)
        SNAPSHOT.write_text(text, encoding="utf-8")
        pytest.fail(f"{SNAPSHOT.name} was written; read it and run again")
    assert text == SNAPSHOT.read_text(encoding="utf-8")


@pytest.mark.parametrize("outcome", list(Outcome))
@pytest.mark.parametrize("wanted", [form for form in FORMATS if form != "csv"])  # it holds findings alone
def test_every_outcome_has_its_words_even_with_nothing_else(outcome, wanted, page):
    report = Report(
        inspection_id="20260101-000000-9f86d081",
        question="",
        outcome=outcome,
        answer="",
        confidence=Confidence(level="none", reason=""),
        quality=DataQuality(complete=False),
    )
    text = render(report, wanted)
    assert (outcome.value if wanted == "json" else OUTCOMES[outcome]) in text
    if wanted == "html":
        page(report)


def test_the_severities_are_told_by_word_not_by_colour_alone(full, page):
    text = "".join(page(full.report()).text)
    assert [severity.value for severity in Severity if f"1 {severity.value}" in text] == [
        "critical",
        "high",
        "low",
        "info",
    ]


def test_a_step_s_bar_lies_within_the_whole(full, page):
    full.state["trace"][1]["started"] = "not a time"
    full.state["trace"].append({**full.state["trace"][0], "step": "end", "started": "2026-01-01T00:00:00+00:00"})
    bars = [
        float(value.rstrip("%"))
        for tag, name, value in page(full.report()).attributes
        if tag == "rect" and name in {"x", "width"} and value.endswith("%")
    ]
    assert all(0 <= bar <= 100 for bar in bars)


def test_a_large_report_stays_of_a_size_that_opens(new_case, public_bucket, two_calls):
    case = new_case()
    findings = tuple(public_bucket(f"b{n}", "/calls/R2/response/Policy") for n in range(2_000))
    case.probe(ProbeResult(findings=findings), calls=two_calls('{"x": "' + "y" * 100_000 + '"}'))
    case.decide(Outcome.ANSWERED)
    report = case.report()
    assert len(report.findings) == 2_000
    assert len(render(report, "html")) < 12_000_000


def test_a_long_script_is_left_out_of_the_markdown_alone(full):
    report = full.report()
    long = report.runs[0].model_copy(update={"script": "print(1)\n" * 200, "script_digest": "c" * 64})
    lost = long.model_copy(update={"script": "", "script_digest": "", "run_id": f"{long.run_id}-lost"})
    report = report.model_copy(update={"runs": (long, lost)})
    markdown, html = render(report, "md"), render(report, "html")
    assert "print(1)" not in markdown
    assert "Script: 200 lines, in the HTML and the JSON report." in markdown
    assert "print(1)" in html
    for text in (markdown, html):
        assert "The script is missing from the data folder." in text


def test_the_line_an_error_names_is_marked_in_the_script(full):
    assert '<span class="wrong">boto3.client(' in render(full.report(), "html")


def test_many_conflicts_are_cut_and_counted_for_people_and_whole_for_programs(full):
    report = full.report()
    report = report.model_copy(update={"conflicts": report.conflicts * 60})
    assert "and 10 more: see the JSON report" in render(report, "md")
    assert "and 10 more in the JSON report" in render(report, "html")
    assert len(json.loads(render(report, "json"))["conflicts"]) == 60


def test_a_fix_is_split_into_words_and_the_command_it_ends_in():
    assert outline.fix_parts("Look first, then: aws s3api put-x --bucket b") == (
        "Look first, then:",
        "aws s3api put-x --bucket b",
    )
    assert outline.fix_parts("aws iam get-user") == ("", "aws iam get-user")
    assert outline.fix_parts("Ask the aws people.") == ("Ask the aws people.", "")


def test_json_within_a_fix_is_told_from_its_words():
    fix = 'It reads: {"Effect": "Deny"}. Add {not json} or {"a": {"b": 1}}'
    assert list(outline.spans(fix)) == [
        ("It reads: ", False),
        ('{"Effect": "Deny"}', True),
        (". Add {not json} or ", False),
        ('{"a": {"b": 1}}', True),
        ("", False),
    ]
    assert list(outline.spans("{" * 100_000)) == [("{" * 100_000, False)]
    assert list(outline.spans('{"a":' * 100_000)) == [('{"a":' * 100_000, False)]


def test_a_fix_reads_as_it_was_written(full):
    fix = 'It reads: {"Effect": "Deny"}. Exempt the role.'
    report = full.report()
    report = report.model_copy(update={"findings": (report.findings[0].model_copy(update={"fix": fix}),)})
    assert '- Fix: It reads: `{"Effect": "Deny"}`. Exempt the role.\n' in render(report, "md")
    assert fix in shown(render(report, "md"))


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0.0002, "under 1 ms"),
        (0.0214, "21 ms"),
        (1.84, "1.8 s"),
        (59.94, "59.9 s"),
        (75, "1 min 15 s"),
        (119.7, "2 min 00 s"),
        (3600, "60 min 00 s"),
    ],
)
def test_a_time_in_words(value, text):
    assert seconds(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, "0 B"),
        (1023, "1,023 B"),
        (1536, "1.5 KB"),
        (20_480, "20 KB"),
        (83 * 2**20, "83 MB"),
        (5 * 2**40, "5,120 GB"),
    ],
)
def test_a_size_in_words(value, text):
    assert size(value) == text


@pytest.mark.parametrize(
    ("number", "kind", "text"),
    [
        (1, "s3:bucket", "1 S3 bucket"),
        (2, "iam:policy", "2 IAM policies"),
        (1200, "ec2:security-group", "1,200 EC2 security groups"),
        (2, "lambda:function", "2 Lambda functions"),
        (2, "route53:hosted_zone", "2 route53 hosted zones"),
        (2, "rds:proxy", "2 RDS proxies"),
        (2, "ec2:address", "2 EC2 addresses"),
        (2, "kms:key", "2 KMS keys"),
        (3, "strange", "3 of strange"),
        (3, "s3:<b>", "3 of s3:<b>"),
    ],
)
def test_a_count_in_words(number, kind, text):
    assert things(number, kind) == text


def test_a_list_in_words():
    assert listed([]) == ""
    assert listed(["a"]) == "a"
    assert listed(["a", "b", "c"]) == "a, b and c"
    assert listed("abcdef", most=2) == "a, b and 4 more"


def test_many_regions_are_counted_at_the_top_and_named_under_coverage(full):
    report = full.report()
    regions = tuple(f"region-{n}" for n in range(17))
    report = report.model_copy(update={"quality": report.quality.model_copy(update={"regions": regions})})
    assert "- Regions: 17 regions\n" in render(report, "md")
    for text in (render(report, "md"), render(report, "html")):
        assert "region-16" in text
