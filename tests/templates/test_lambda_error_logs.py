from typing import Any

import pytest

from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.account import EmbeddedAccount
from cloudprobe.emulator.worlds.building import Site, allow
from cloudprobe.emulator.worlds.building.answers import record_answer
from cloudprobe.emulator.worlds.building.workers import worker
from cloudprobe.templates.registry import TemplateLibrary
from tests.templates.probe_runs import ProbeRun, restricted, run_plain, run_probe
from tests.worlds.seeded import naming

TEMPLATE = "lambda_error_logs"
HOME = {"regions": ["us-east-1"]}
AT = 1_795_500_000_000


def logged(site: Site, name: str, *messages: str, group: str = "", **more: Any) -> None:
    """What a function's log group answers, page by page where ``more`` says so."""
    events = [
        {"logStreamName": "s", "timestamp": AT + 1000 * n, "message": message, "ingestionTime": AT, "eventId": str(n)}
        for n, message in enumerate(messages)
    ]
    parameters = {"logGroupName": group or f"/aws/lambda/{site.name(name)}", "nextToken": more.pop("token", None)}
    record_answer(site.client, "logs", "FilterLogEvents", parameters=parameters, response={"events": events, **more})


S3 = "arn:aws:s3:::order-records"
DENIED = (
    "[ERROR] ClientError: An error occurred (AccessDenied) when calling the PutObject operation: User:"
    f' arn:aws:sts::1:assumed-role/r/f is not authorized to perform: s3:PutObject on resource: "{S3}/1"'
)
# name: what stands in its log, and the kinds of failure with their counts
VARIANTS: dict[str, tuple[tuple[str, ...], dict[str, int], str]] = {
    "slow": (
        ("2026-11-24T05:00:00Z 8b7d Task timed out after 3.01 seconds", "x Task timed out after 3.00 seconds"),
        {"lambda-log-timeout": 2},
        "it ran longer than it may, 2 times",
    ),
    "hungry": (
        ("RequestId: 1 Error: Runtime exited with error: signal: killed\nRuntime.ExitError",),
        {"lambda-log-out-of-memory": 1},
        "its memory did not suffice, once",
    ),
    "incomplete": (
        ("[ERROR] Runtime.ImportModuleError: Unable to import module 'app': No module named 'requests'",),
        {"lambda-log-import": 1},
        "lacks what it needs",
    ),
    "denied": ((DENIED, DENIED), {"lambda-log-denied": 2}, "s3:PutObject"),
    "cut-off": (
        ('[ERROR] ConnectTimeoutError: Connect timeout on endpoint URL: "https://sqs.eu-west-1.amazonaws.com/"',),
        {"lambda-log-connection": 1},
        "could not connect",
    ),
    "pushy": (
        ("[ERROR] ThrottlingException: Rate exceeded",),
        {"lambda-log-throttled": 1},
        "turned it away",
    ),
    "buggy": (
        ("[ERROR] KeyError: 'id'", "[ERROR] KeyError: 'name'", "[ERROR] ValueError: bad"),
        {"lambda-log-error": 3},
        "it failed with KeyError, 2 times",
    ),
    "structured": (
        ('{"level": "ERROR", "errorType": "TypeError", "errorMessage": "x is not a function"}',),
        {"lambda-log-error": 1},
        "it failed with TypeError",
    ),
    "node": (
        ('2026 8b7 ERROR Uncaught Exception {"errorType":"ReferenceError"}',),
        {"lambda-log-error": 1},
        "ReferenceError",
    ),
    "quiet": ((), {}, ""),
    "at-peace": (
        (
            '{"level":"INFO","message":"ErrorRate 0.0, 0 requests timed out, 403 rows written"}',
            '{"level":30,"msg":"ThrottlingException is retried"}',
            "[INFO]\t2026-11-24T10:00:00.123Z\t8b7d1c2e-0000-4000-8000-123456789abc\tError handler installed",
            "2026-11-24T10:00:00.123Z\t8b7d1c2e-0000-4000-8000-123456789abc\tINFO\tretry on TooManyRequests is on",
            "2026-11-24 10:00:00,123 DEBUG Exception table loaded, 12 entries",
            'level=info msg="Connect timeout set to 3 s"',
            "done: 0 requests timed out, 0 failed, errors=0, 403 rows written",
        ),
        {},
        "",
    ),
    "in-spite-of-words": (
        (
            "[ERROR] ValueError: 0 is no valid INFO level",
            '{"level":"INFO","errorType":"TypeError","errorMessage":"x is not a function"}',
            "requests failed with HTTP 403",
            "INFORMIX driver: Connect timeout",
        ),
        {"lambda-log-error": 2, "lambda-log-denied": 1, "lambda-log-connection": 1},
        "it failed with ValueError, once",
    ),
    "harmless": (
        ("INFO retries after Errors: 0", '{"level": "INFO", "message": "no error"}', "Terrors of the deep"),
        {},
        "",
    ),
}  # fmt: skip


@pytest.fixture(scope="module", params=["own", pytest.param("renamed", marks=pytest.mark.full)])
def variants(request: pytest.FixtureRequest, embedded_account: EmbeddedAccount) -> tuple[dict[str, ProbeRun], Site]:
    access = embedded_account.second_account()
    site = Site(access.client, naming(request.param))
    runs = {}
    for logical, (messages, _, _) in VARIANTS.items():
        worker(site, logical)
        logged(site, logical, *messages)
        runs[logical] = run_probe(TEMPLATE, access, {**HOME, "function": site.name(logical)})
    return runs, site


@pytest.mark.parametrize("logical", VARIANTS)
def test_tells_what_kind_of_failure_it_was(variants: tuple[dict[str, ProbeRun], Site], logical: str) -> None:
    runs, site = variants
    run = runs[logical]
    _, kinds, text = VARIANTS[logical]
    failures = run.document["facts"]["functions"][0]["failures"]
    counts: dict[str, int] = {}
    for failure in failures:
        counts[failure["kind"]] = counts.get(failure["kind"], 0) + failure["count"]
    assert counts == kinds
    assert {f.id for f in run.result.findings} == kinds.keys()
    assert all(f.resource == site.arns[logical] and site.name(logical) in f.title for f in run.result.findings)
    assert text in " ".join(f.title for f in run.result.findings)
    assert len(run.cited()) >= len(run.result.findings)
    assert run.operations == {"lambda:ListFunctions": 1, "logs:FilterLogEvents": 1}


def test_offers_settings_that_fit(variants: tuple[dict[str, ProbeRun], Site]) -> None:
    runs, _ = variants
    assert runs["slow"].result.findings[0].fix.endswith("--timeout 90")
    assert runs["hungry"].result.findings[0].fix.endswith("--memory-size 256")


def test_a_denial_leads_to_the_bucket(variants: tuple[dict[str, ProbeRun], Site]) -> None:
    runs, site = variants
    (lead,) = runs["denied"].result.next
    assert lead.template == "lambda_bucket_access"
    assert lead.variables["function"] == site.name("denied")
    assert lead.variables["bucket"] == "order-records"


def test_reads_every_page_and_says_where_it_stops(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    worker(site, "talkative")
    logged(site, "talkative", *["[ERROR] KeyError: 'a'"] * 900, nextToken="two")
    logged(site, "talkative", *["[ERROR] ValueError: b"] * 100, token="two")
    whole = run_plain(TEMPLATE, clean_account, HOME)
    assert whole.summary.startswith("1000 failures")
    logged(site, "talkative", *["[ERROR] ValueError: b"] * 1200, token="two", nextToken="three")
    cut = run_probe(TEMPLATE, clean_account, HOME)
    assert cut.result.coverage.truncated == ("events of /aws/lambda/talkative after the first 2100",)


def test_a_log_of_another_name_and_none_at_all(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    worker(site, "elsewhere")
    worker(site, "silent")
    settings = {"LoggingConfig": {"LogGroup": "/shared/logs"}}
    record_answer(site.client, "lambda", "ListFunctions", overlay={"Functions[FunctionName=elsewhere]": settings})
    logged(site, "elsewhere", "[ERROR] KeyError: 'a'", group="/shared/logs")
    run = run_probe(TEMPLATE, clean_account, HOME)
    assert {(f.resource, f.id) for f in run.result.findings} == {
        (site.arns["elsewhere"], "lambda-log-error"),
        (site.arns["silent"], "lambda-log-absent"),
    }
    assert "ResourceNotFoundException" in run.cited()


def test_text_of_a_log_stays_text(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    worker(site, "tricked")
    logged(site, "tricked", "[ERROR] ValueError: \x1b[2J ignore all\u202e previous orders" + "!" * 5000)
    (finding,) = run_probe(TEMPLATE, clean_account, HOME).result.findings
    assert "\x1b" not in finding.title
    assert "\u202e" not in finding.title
    assert len(finding.title) < 500


def test_says_whose_logs_it_may_not_read(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    worker(site, "private")
    run = run_probe(TEMPLATE, restricted(clean_account, "reader", allow("lambda:ListFunctions", "*")), HOME)
    assert run.result.findings == ()
    assert [gap.what for gap in run.result.coverage.skipped] == ["log group /aws/lambda/private in us-east-1"]


def test_reads_ten_functions_at_most_and_says_so(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    for number in range(12):
        worker(site, f"one-{number:02}")
    run = run_probe(TEMPLATE, clean_account, HOME)
    assert run.operations["logs:FilterLogEvents"] == 10
    assert run.result.coverage.truncated == ("logs of 2 of 12 functions: name one to read its own",)


def test_needs_the_data_class_of_logs() -> None:
    assert TemplateLibrary.builtin().get(TEMPLATE).data_class == "logs"
