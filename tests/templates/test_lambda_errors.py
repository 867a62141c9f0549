from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest

from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.account import EmbeddedAccount
from cloudprobe.emulator.worlds.building import Site, allow
from cloudprobe.emulator.worlds.building.answers import record_answer
from cloudprobe.emulator.worlds.building.metrics import measure, measure_function
from cloudprobe.emulator.worlds.building.workers import worker
from tests.templates.probe_runs import ProbeRun, restricted, run_plain, run_probe
from tests.worlds.seeded import naming

TEMPLATE = "lambda_errors"
HOME = {"regions": ["us-east-1"]}


def failing(site: Site, name: str) -> None:
    worker(site, name)
    measure_function(site, name, invocations=(100, 100), errors=(0, 60), milliseconds=(400, 500))


def failing_rarely(site: Site, name: str) -> None:
    worker(site, name)
    measure_function(site, name, invocations=(5000,), errors=(3,), milliseconds=(400,))


def failing_always(site: Site, name: str) -> None:
    worker(site, name)
    measure_function(site, name, invocations=(7,), errors=(7,), milliseconds=(40,))


def timing_out(site: Site, name: str) -> None:
    worker(site, name, timeout=20)
    measure_function(site, name, invocations=(50, 50), errors=(10, 12), milliseconds=(9000, 20000))


def one_slow_of_many(site: Site, name: str) -> None:
    """A hundred errors; in the hour of the last fifty one invocation ran into the timeout, the others were quick."""
    worker(site, name, timeout=10)
    measure_function(site, name, invocations=(100, 100), errors=(50, 50), milliseconds=(200,))
    then = datetime.now(UTC) - timedelta(minutes=30)  # noqa: TID251 - the account's own time is the machine's
    of = {"FunctionName": site.name(name)}
    slow = (*(100,) * 99, 10_000)
    measure(site, "Duration", *slow, namespace="AWS/Lambda", dimensions=of, until=then, step=timedelta(0))


def timing_out_at_the_most(site: Site, name: str) -> None:
    worker(site, name, timeout=900)
    measure_function(site, name, invocations=(4,), errors=(4,), milliseconds=(900_000,))


def nearly_timing_out(site: Site, name: str) -> None:
    worker(site, name, timeout=10)
    measure_function(site, name, invocations=(50,), milliseconds=(9600,))


def stopped(site: Site, name: str) -> None:
    worker(site, name, reserved=0)
    measure_function(site, name, throttles=(9, 4))


def reserved_too_low(site: Site, name: str) -> None:
    worker(site, name, reserved=3)
    measure_function(site, name, invocations=(100,), throttles=(40,))
    measure(site, "ConcurrentExecutions", 3, namespace="AWS/Lambda", dimensions={"FunctionName": site.name(name)})


def crowded_out(site: Site, name: str) -> None:
    worker(site, name)
    measure_function(site, name, invocations=(1000,), throttles=(10,))


def failing_and_throttled(site: Site, name: str) -> None:
    worker(site, name, reserved=1)
    measure_function(site, name, invocations=(10,), errors=(9,), throttles=(10,), milliseconds=(100,))


# What looks wrong and is not.


def works(site: Site, name: str) -> None:
    worker(site, name)
    measure_function(site, name, invocations=(100, 100), errors=(0, 0), throttles=(0, 0), milliseconds=(300, 350))


def never_called(site: Site, name: str) -> None:
    worker(site, name, reserved=1)


def slow_but_in_time(site: Site, name: str) -> None:
    worker(site, name, timeout=900)
    measure_function(site, name, invocations=(3,), milliseconds=(600_000,))


def mended(site: Site, name: str) -> None:
    worker(site, name)
    dimensions = {"FunctionName": site.name(name)}
    before = datetime.now(UTC) - timedelta(days=2)  # noqa: TID251 - the account's own time is the machine's
    measure(site, "Errors", 50, 50, namespace="AWS/Lambda", dimensions=dimensions, until=before)
    measure(site, "Invocations", 50, 50, namespace="AWS/Lambda", dimensions=dimensions, until=before)
    measure_function(site, name, invocations=(100,))


Seed = Callable[[Site, str], None]
HIGH, MEDIUM, LOW = "high", "medium", "low"
ERRORS, TIMEOUT, THROTTLED = "lambda-function-errors", "lambda-function-timeout", "lambda-function-throttled"
VARIANTS: dict[str, tuple[Seed, set[tuple[str, str]], str]] = {
    "failing": (failing, {(ERRORS, HIGH)}, "failed in 60 of 200 invocations (30%) since"),
    "failing-rarely": (failing_rarely, {(ERRORS, MEDIUM)}, "3 of 5000 invocations"),
    "failing-always": (failing_always, {(ERRORS, HIGH)}, "7 of 7 invocations (100%)"),
    "timing-out": (timing_out, {(TIMEOUT, HIGH)}, "timeout of 20 s (longest 20.0 s); of 22 of 100 invocations that"),
    "one-slow": (one_slow_of_many, {(ERRORS, HIGH)}, "at most 2 of them ran into its timeout of 10 s"),
    "timing-out-most": (timing_out_at_the_most, {(TIMEOUT, HIGH)}, "timeout of 900 s"),
    "nearly-timing-out": (nearly_timing_out, {("lambda-timeout-near", LOW)}, "up to 9.6 s of the 10 s it may"),
    "stopped": (stopped, {("lambda-function-stopped", HIGH)}, "reserved concurrency is 0; it was throttled 13 times"),
    "reserved-too-low": (reserved_too_low, {(THROTTLED, HIGH)}, "40 times beside 100 invocations since"),
    "crowded-out": (crowded_out, {(THROTTLED, MEDIUM)}, "of the account's"),
    "failing-throttled": (failing_and_throttled, {(ERRORS, HIGH), (THROTTLED, HIGH)}, "reserved concurrency is 1"),
    "works": (works, set(), ""),
    "never-called": (never_called, set(), ""),
    "slow-but-in-time": (slow_but_in_time, set(), ""),
    "mended": (mended, set(), ""),
}


@pytest.fixture(scope="module", params=["own", pytest.param("renamed", marks=pytest.mark.full)])
def variants(request: pytest.FixtureRequest, embedded_account: EmbeddedAccount) -> tuple[ProbeRun, Site]:
    access = embedded_account.second_account()
    site = Site(access.client, naming(request.param))
    for logical, (make, _, _) in VARIANTS.items():
        make(site, logical)
    return run_probe(TEMPLATE, access, HOME), site


@pytest.mark.parametrize("logical", VARIANTS)
def test_judges_a_function(variants: tuple[ProbeRun, Site], logical: str) -> None:
    run, site = variants
    said = [f for f in run.result.findings if f.resource == site.arns[logical]]
    assert {(f.id, f.severity.value) for f in said} == VARIANTS[logical][1]
    assert VARIANTS[logical][2] in " ".join(f.title for f in said)
    assert all(site.name(logical) in f.title and f.evidence and f.fix for f in said)


def test_says_times_of_other_zones_in_utc(clean_account: AccountAccess) -> None:
    worker(Site(clean_account.client, lambda logical: logical), "quote")
    asked = {"start": "2026-11-24T09:30:00+09:00", "end": "2026-11-24T05:45:00-06:00"}
    run = run_probe(TEMPLATE, clean_account, {**HOME, **asked})
    assert "between 2026-11-24 00:30 and 2026-11-24 11:45 UTC" in run.result.summary
    assert "1 function in 1 region " in run.result.summary


def test_every_claim_can_be_looked_up(variants: tuple[ProbeRun, Site]) -> None:
    run, _ = variants
    assert len(run.cited()) > 2 * len(run.result.findings)
    assert run.result.coverage.skipped == ()


def test_leads_to_the_logs_of_those_that_failed(variants: tuple[ProbeRun, Site]) -> None:
    run, site = variants
    led = {lead.variables["function"] for lead in run.result.next if lead.template == "lambda_error_logs"}
    failing_ones = (
        "failing",
        "failing-rarely",
        "failing-always",
        "timing-out",
        "timing-out-most",
        "one-slow",
        "failing-throttled",
    )
    assert led < {site.name(name) for name in failing_ones}
    assert len(led) == 5
    assert site.name("failing") in led


def test_offers_commands_that_fit(variants: tuple[ProbeRun, Site]) -> None:
    run, site = variants
    fixes = {(f.resource, f.id): f.fix for f in run.result.findings}
    assert fixes[site.arns["timing-out"], TIMEOUT].endswith("--timeout 60")
    assert "cannot be longer" in fixes[site.arns["timing-out-most"], TIMEOUT]
    assert fixes[site.arns["reserved-too-low"], THROTTLED].endswith("--reserved-concurrent-executions 10")
    assert "request-service-quota-increase" in fixes[site.arns["crowded-out"], THROTTLED]


def test_asks_no_more_than_a_plain_script_would(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    failing(site, "broken")
    works(site, "fine")
    crowded_out(site, "crowded")
    run = run_probe(TEMPLATE, clean_account, {"regions": ["us-east-1", "eu-west-1"]})
    assert run.operations == {
        "lambda:ListFunctions": 2,
        "cloudwatch:GetMetricData": 1,
        "lambda:GetFunctionConcurrency": 1,  # of the one that was throttled
        "lambda:GetAccountSettings": 1,
        "lambda:GetFunctionConfiguration": 1,  # of the one that failed
    }


def test_a_function_asked_for_by_name_is_looked_at_closely(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    worker(site, "orders", reserved=0)
    works(site, "orders-copy")
    failing(site, "invoices")
    worker(site, "orders-far", region="eu-west-1")
    state = {"State": "Failed", "StateReason": "The subnet is gone.", "LastUpdateStatus": "Successful"}
    record_answer(
        site.client, "lambda", "GetFunctionConfiguration", parameters={"FunctionName": "orders-copy"}, overlay=state
    )

    def found(hint: str) -> dict[str, set[str]]:
        run = run_probe(TEMPLATE, clean_account, {"regions": ["us-east-1", "eu-west-1"], "function": hint})
        assert not run.result.coverage.skipped
        assert run.cited() or not run.result.findings
        return {fact["name"]: set(fact["causes"]) for fact in run.document["facts"]["functions"]}

    assert found("orders") == {"orders": {"lambda-function-stopped"}}
    assert found("orders-c") == {"orders-copy": {"lambda-function-unusable"}}
    assert found(site.arns["invoices"]) == {"invoices": {ERRORS}}
    assert found("ORDERS-F") == {"orders-far": set()}
    wrong = run_probe(TEMPLATE, clean_account, {**HOME, "function": "nothing-like-it"})
    assert {f.id for f in wrong.result.findings} == {ERRORS}
    assert wrong.result.coverage.skipped[0].what == "function nothing-like-it"


def test_counts_only_what_the_time_asked_about_saw(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    mended(site, "recovered")
    now = datetime.now(UTC)  # noqa: TID251 - the account's own time is the machine's
    days = {"start": (now - timedelta(days=3)).isoformat(), "end": (now - timedelta(days=1)).isoformat()}
    assert [f.id for f in run_probe(TEMPLATE, clean_account, {**HOME, **days}).result.findings] == [ERRORS]
    assert run_probe(TEMPLATE, clean_account, HOME).result.findings == ()


def test_reads_every_page_and_every_enabled_region(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    for number in range(105):
        worker(site, f"many-{number:03}")
    failing(site, "zz-last")
    worker(site, "far", region="eu-west-3")
    measure_function(site, "far", invocations=(5,), errors=(5,), region="eu-west-3")
    result = run_plain(TEMPLATE, clean_account)
    assert {f.resource for f in result.findings} == {site.arns["zz-last"], site.arns["far"]}
    assert result.summary.startswith("2 of 107 functions")
    run = run_probe(TEMPLATE, clean_account, HOME)
    assert run.operations["lambda:ListFunctions"] == 3
    assert run.operations["cloudwatch:GetMetricData"] == 2  # 530 metrics, 500 a request


def test_says_what_it_may_not_see_and_survives_throttling(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    reserved_too_low(site, "busy")
    record_answer(site.client, "lambda", "ListFunctions", error=("TooManyRequestsException", "Rate", 429), times=2)
    seen = allow(["lambda:ListFunctions", "cloudwatch:GetMetricData"], "*")
    run = run_probe(TEMPLATE, restricted(clean_account, "reader", seen), HOME)
    assert [(f.id, f.severity.value) for f in run.result.findings] == [(THROTTLED, HIGH)]
    assert {gap.what for gap in run.result.coverage.skipped} == {
        "reserved concurrency of busy",
        "Lambda limits in us-east-1",
    }
    blind = run_probe(TEMPLATE, restricted(clean_account, "blind", allow("lambda:ListFunctions", "*")), HOME)
    assert blind.result.findings == ()
    assert "AccessDenied" in blind.result.coverage.skipped[0].why
