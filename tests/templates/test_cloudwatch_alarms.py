"""What alarms say, and what their metrics did around it."""

import hashlib
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.account import EmbeddedAccount
from cloudprobe.emulator.worlds.building import Site, allow, deny
from cloudprobe.emulator.worlds.building.alarms import alarm, composite_alarm
from cloudprobe.emulator.worlds.building.answers import record_answer
from cloudprobe.emulator.worlds.building.metrics import measure
from cloudprobe.guard.validation import ProbeDraft, validate
from cloudprobe.templates.registry import TemplateLibrary
from tests.templates.probe_runs import ProbeRun, restricted, run_plain, run_probe

TEMPLATE = "cloudwatch_alarms"
HOME = {"regions": ["us-east-1"]}
PAGER = ["arn:aws:sns:us-east-1:123456789012:pager"]
SCALING = ["arn:aws:autoscaling:us-east-1:1:scalingPolicy:1:autoScalingGroupName/web:policyName/in"]
GONE_SILENT = (
    "Threshold Crossed: no datapoints were received for 1 period and 1 missing datapoint was treated as [Breaching]."
)

# logical name: kind, severity, words of the title; None where nothing may be claimed.
TRUTH: dict[str, tuple[str, str, tuple[str, ...]] | None] = {
    "cpu-jumps": ("cloudwatch-alarm-firing", "high", ("jumped from about 12 to 95", "threshold 80", "still there (97")),
    "disk-drifts": (
        "cloudwatch-alarm-firing",
        "high",
        ("drifted from about", "below the threshold 20", "tells nobody"),
    ),
    "latency-is-back": ("cloudwatch-alarm-firing", "medium", ("jumped from about 5 to 90", "back within it (5")),
    "heartbeat-stopped": ("cloudwatch-alarm-missing-data", "high", ("stopped", "missing data counts as breaching")),
    "tried-by-hand": ("cloudwatch-alarm-set-by-hand", "medium", ("never was above 80", "testing the pager")),
    "orders-misnamed": ("cloudwatch-alarm-no-metric", "medium", ("does not exist", "Stage=prod")),
    "report-never-sent": ("cloudwatch-alarm-no-metric", "medium", ("none of that name was sent",)),
    "queue-fell-silent": ("cloudwatch-alarm-no-data", "medium", ("came last at",)),
    "any-of-them": ("cloudwatch-alarm-firing", "high", ("because of {cpu-jumps}", "nobody was told")),
    "no-errors-lately": ("cloudwatch-alarm-no-data", "info", ("sent only when something happens",)),
    "scale-in": None,  # in ALARM, and that is its work
    "just-made": None,  # has judged nothing yet
    "healthy": None,
    "deprecated-broken-alarm": None,  # so it is called, and its actions are off, but it is OK
}


def _now() -> datetime:
    return datetime.fromtimestamp(time.time(), UTC)


def _build(access: AccountAccess, names: Callable[[str], str]) -> Site:
    site = Site(access.client, names)
    of = {"InstanceId": site.name("server")}

    def make(logical: str, *values: float, metric: str = "", **more: Any) -> None:
        alarm(
            site, logical, metric or site.name(logical).title(), *values, namespace="Shop", AlarmActions=PAGER, **more
        )

    make("healthy", *[3] * 20, dimensions=of)
    make("deprecated-broken-alarm", *[3] * 20, dimensions=of, ActionsEnabled=False)
    make("cpu-jumps", *[12] * 20, 95, 96, 97, dimensions=of, state="ALARM")
    drift = [60 - 2 * n for n in range(22)]
    make("disk-drifts", *drift, dimensions=of, threshold=20, comparison="LessThanThreshold", state="ALARM")
    make("latency-is-back", *[5] * 20, 90, 5, 5, dimensions=of, EvaluationPeriods=5)
    silent: dict[str, Any] = {"threshold": 1, "comparison": "LessThanThreshold", "TreatMissingData": "breaching"}
    make("heartbeat-stopped", **silent, state="ALARM", reason=GONE_SILENT)
    make("tried-by-hand", *[12] * 20, dimensions=of, state="ALARM", reason="testing the pager")
    measure(site, "Orders", 3, namespace="Shop", dimensions={"Shop": "main", "Stage": "prod"})
    make("orders-misnamed", metric="Orders", dimensions={"Shop": "main"}, state="INSUFFICIENT_DATA")
    make("report-never-sent", dimensions=of, state="INSUFFICIENT_DATA")
    measure(site, "Depth", 1, 2, namespace="Shop", dimensions=of, until=_now() + timedelta(minutes=15))
    make("queue-fell-silent", metric="Depth", dimensions=of)
    make("no-errors-lately", metric="HTTPCode_Target_5XX_Count", dimensions=of, state="INSUFFICIENT_DATA")
    make("just-made", dimensions=of)
    alarm(site, "scale-in", "Load", *[3] * 20, namespace="Shop", comparison="LessThanThreshold", AlarmActions=SCALING)
    rule = f'ALARM("{site.name("cpu-jumps")}") OR ALARM({site.name("healthy")})'
    composite_alarm(site, "any-of-them", rule, state="ALARM")
    # The account judges again at every datapoint, and by the latest alone.
    crossed = {"StateValue": "ALARM", "StateReason": "Threshold Crossed: 1 out of the last 5 datapoints"}
    nothing = {"StateValue": "INSUFFICIENT_DATA", "StateReason": "Insufficient Data: 1 datapoint was unknown."}
    by_hand = {"StateValue": "ALARM", "StateReason": "testing the pager"}
    states: dict[str, dict[str, Any]] = {
        "latency-is-back": crossed,
        "cpu-jumps": crossed,
        "disk-drifts": crossed,
        "scale-in": crossed,
    }
    states |= {name: {"StateValue": "OK"} for name in ("healthy", "deprecated-broken-alarm")}
    states |= {"queue-fell-silent": nothing, "tried-by-hand": by_hand}
    states["disk-drifts"] = crossed | {"AlarmActions": [], "ActionsEnabled": False}
    overlay = {f"MetricAlarms[AlarmName={site.name(name)}]": state for name, state in states.items()}
    record_answer(access.client, "cloudwatch", "DescribeAlarms", overlay=overlay)
    return site


def _renamed(logical: str) -> str:
    return "x" + hashlib.sha256(logical.encode()).hexdigest()[:12]


@pytest.fixture(scope="module")
def place(embedded_account: EmbeddedAccount) -> tuple[AccountAccess, Site, ProbeRun]:
    """One account with every variant in it, looked at once."""
    access = embedded_account.second_account()
    site = _build(access, lambda logical: logical)
    return access, site, run_probe(TEMPLATE, access, HOME)


@pytest.mark.parametrize("logical", TRUTH)
def test_judges_an_alarm(place: tuple[AccountAccess, Site, ProbeRun], logical: str) -> None:
    _, site, run = place
    said = [f for f in run.result.findings if f.resource == site.arns[logical]]
    if (expected := TRUTH[logical]) is None:
        assert said == []
        return
    kind, severity, words = expected
    assert [(f.id, f.severity) for f in said] == [(kind, severity)]
    for word in words:
        named = word.replace("{cpu-jumps}", site.name("cpu-jumps"))
        assert named in said[0].title, said[0].title


def test_sums_up_and_points_at_what_it_saw(place: tuple[AccountAccess, Site, ProbeRun]) -> None:
    _, site, run = place
    assert run.result.summary.startswith("Of 14 alarms in 1 region 6 are in ALARM (")
    facts = run.document["facts"]
    assert facts["scaling_alarms"] == [site.name("scale-in")]
    assert facts["new_alarms"] == [site.name("just-made")]
    assert site.name("deprecated-broken-alarm") in facts["actions_disabled"]
    cited = run.cited()
    assert {"AlarmName", "Values"} <= {key for value in cited if isinstance(value, dict) for key in value}


def test_reads_one_metric_an_alarm_and_no_more(place: tuple[AccountAccess, Site, ProbeRun]) -> None:
    assert place[2].operations == {
        "cloudwatch:DescribeAlarms": 1,
        "cloudwatch:GetMetricData": 9,  # of ten alarms to tell of; one is composite
        "cloudwatch:ListMetrics": 3,  # of those without any data
    }


def test_a_hint_names_some_alarms_or_none(place: tuple[AccountAccess, Site, ProbeRun]) -> None:
    access, site, everything = place
    jumps = site.name("cpu-jumps")
    for hint in (jumps, jumps.upper(), site.arns["cpu-jumps"]):
        run = run_probe(TEMPLATE, access, {**HOME, "alarm": hint})
        assert {f.resource for f in run.result.findings} == {site.arns["cpu-jumps"]}
    run = run_probe(TEMPLATE, access, {**HOME, "alarm": "no-such"})
    assert run.verdict == everything.verdict
    assert run.result.coverage.skipped[0].what == "alarm no-such"


def test_runs_under_plain_python_in_every_region(place: tuple[AccountAccess, Site, ProbeRun]) -> None:
    result = run_plain(TEMPLATE, place[0])
    assert len(result.coverage.regions) > 15
    assert len(result.findings) == 10


def test_a_healthy_account(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    alarm(site, "calm", "CPUUtilization", *[5] * 10)
    run = run_probe(TEMPLATE, clean_account, HOME)
    assert run.result.findings == ()
    assert run.result.summary == "Of 1 alarm in 1 region 0 are in ALARM, 0 have too little data."
    assert run.operations == {"cloudwatch:DescribeAlarms": 1}


def test_tells_what_fired_and_is_over(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    alarm(site, "over", "Load", *[5] * 20, 90, 5, 5, state="ALARM")
    alarm(site, "over", "Load", state="OK", reason="Threshold Crossed: back")
    alarm(site, "calm", "Other", *[5] * 10)
    start = (_now() - timedelta(hours=6)).isoformat()
    run = run_probe(TEMPLATE, clean_account, {**HOME, "start": start})
    (finding,) = run.result.findings
    assert (finding.id, finding.severity, finding.resource) == ("cloudwatch-alarm-fired", "low", site.arns["over"])
    assert "fired 1 time," in finding.title
    assert "1 fired since" in run.result.summary
    assert "to ALARM" in str(run.cited())
    before = {"start": "2020-01-01T00:00:00+00:00", "end": "2020-01-02T00:00:00+00:00"}
    assert run_probe(TEMPLATE, clean_account, {**HOME, **before}).result.findings == ()


def test_reads_metric_math_as_the_alarm_does(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    of = {"Metric": {"Namespace": "Shop", "MetricName": "Errors", "Dimensions": []}, "Period": 60, "Stat": "Sum"}
    queries: list[dict[str, Any]] = [
        {"Id": "rate", "Expression": "errors / requests", "ReturnData": True},
        {"Id": "errors", "MetricStat": of, "ReturnData": False},
        {"Id": "requests", "MetricStat": of, "ReturnData": False},
    ]
    now = _now().replace(second=0, microsecond=0)
    times = [now - timedelta(minutes=n) for n in range(1, 12)]
    values = [0.5, *[0.01] * 10]
    series = {"Id": "rate", "Label": "rate", "Timestamps": times, "Values": values, "StatusCode": "Complete"}
    record_answer(clean_account.client, "cloudwatch", "GetMetricData", response={"MetricDataResults": [series]})
    alarm(site, "rate", Metrics=queries, threshold=0.1, state="ALARM")
    judged = {"Metrics": queries, "Period": None, "MetricName": None, "Namespace": None, "Statistic": None}
    overlay = {"MetricAlarms[AlarmName=rate]": judged}
    record_answer(clean_account.client, "cloudwatch", "DescribeAlarms", overlay=overlay)
    (finding,) = run_probe(TEMPLATE, clean_account, HOME).result.findings
    assert "the expression errors / requests jumped from about 0.01 to 0.5" in finding.title


def test_an_old_change_is_read_at_both_ends(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    change = (_now() - timedelta(days=3)).replace(second=0, microsecond=0)
    of: dict[str, Any] = {"namespace": "Shop", "dimensions": {}, "step": timedelta(minutes=1)}
    measure(site, "Load", *[4] * 20, 91, 92, until=change, **of)
    measure(site, "Load", *[95] * 10, **of)
    alarm(site, "long", "Load", namespace="Shop", state="ALARM")
    overlay = {"MetricAlarms[AlarmName=long]": {"StateTransitionedTimestamp": change}}
    record_answer(clean_account.client, "cloudwatch", "DescribeAlarms", overlay=overlay)
    run = run_probe(TEMPLATE, clean_account, HOME)
    (finding,) = run.result.findings
    assert "(3 days)" in finding.title
    assert "jumped from about 4 to 91" in finding.title
    assert "still there (95" in finding.title
    assert run.operations["cloudwatch:GetMetricData"] == 2


def test_a_cause_it_knows_a_template_for_is_followed(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    of = {"LoadBalancer": "app/shop/50dc6c495c0c9188", "TargetGroup": "targetgroup/shop/1"}
    alarm(
        site,
        "hosts",
        "UnHealthyHostCount",
        0,
        2,
        namespace="AWS/ApplicationELB",
        dimensions=of,
        threshold=0,
        state="ALARM",
    )
    (suggestion,) = run_probe(TEMPLATE, clean_account, HOME).result.next
    assert suggestion.template == "elb_unhealthy_targets"
    assert suggestion.variables == {"balancer": "shop", "regions": ["us-east-1"]}


def test_reads_every_page(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    for n in range(3):
        alarm(site, f"many-{n}", "Load", 1, namespace=f"Shop{n}", state="ALARM")
    everything = clean_account.client("cloudwatch").describe_alarms()["MetricAlarms"]
    pages: Any = ((None, everything[:2], {"NextToken": "more"}), ("more", everything[2:], {}))
    for token, some, after in pages:
        page = {"MetricAlarms": some, "CompositeAlarms": [], **after}
        asked = {"NextToken": token}
        record_answer(clean_account.client, "cloudwatch", "DescribeAlarms", parameters=asked, response=page)
    run = run_probe(TEMPLATE, clean_account, HOME)
    assert run.operations["cloudwatch:DescribeAlarms"] == 2
    assert len(run.result.findings) == 3


def test_what_is_denied_is_said_and_claims_nothing(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    alarm(site, "up", "Load", *[5] * 20, 95, state="ALARM")
    alarm(site, "up", "Load", region="eu-west-1", state="ALARM")
    elsewhere = deny("cloudwatch:*", "*", Condition={"StringEquals": {"aws:RequestedRegion": "eu-west-1"}})
    blind = deny("cloudwatch:GetMetricData", "*")
    reader = restricted(clean_account, "reader", allow("cloudwatch:*", "*"), elsewhere, blind)
    run = run_probe(TEMPLATE, reader, {"regions": ["us-east-1", "eu-west-1"]})
    assert {s.what for s in run.result.coverage.skipped} == {"alarms in eu-west-1", "metric of alarm up in us-east-1"}
    assert run.result.coverage.regions == ("us-east-1",)
    assert "1 region could not be looked at" in run.result.summary
    (finding,) = run.result.findings
    assert "Threshold Crossed" in finding.title
    with pytest.raises(AssertionError, match="No region could be looked at"):
        run_probe(TEMPLATE, restricted(clean_account, "nobody", allow("sts:*", "*")), HOME)


def test_survives_being_throttled(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    alarm(site, "up", "Load", *[5] * 20, 95, state="ALARM")
    too_fast = ("ThrottlingException", "Rate exceeded", 400)
    record_answer(clean_account.client, "cloudwatch", "DescribeAlarms", error=too_fast, times=2)
    record_answer(clean_account.client, "cloudwatch", "GetMetricData", error=too_fast, times=1)
    run = run_probe(TEMPLATE, clean_account, HOME)
    assert run.result.coverage.skipped == ()
    assert len(run.result.findings) == 1
    assert len([call for call in run.calls.values() if "error" in call]) <= 3


def test_with_everything_renamed_it_says_the_same(
    place: tuple[AccountAccess, Site, ProbeRun], embedded_account: EmbeddedAccount
) -> None:
    access = embedded_account.second_account()
    site = _build(access, _renamed)

    def verdict(site: Site, run: ProbeRun) -> set[tuple[str, str, str]]:
        logical = {arn: name for name, arn in site.arns.items()}
        return {(logical[f.resource], f.id, f.severity.value) for f in run.result.findings}

    assert verdict(site, run_probe(TEMPLATE, access, HOME)) == verdict(*place[1:])


def test_the_policy_of_its_text_is_enough(place: tuple[AccountAccess, Site, ProbeRun]) -> None:
    verdict = validate(ProbeDraft(script=TemplateLibrary.builtin().get(TEMPLATE).script))
    assert verdict.findings == ()
    confined = restricted(place[0], "confined", *verdict.policy["Statement"])
    run = run_probe(TEMPLATE, confined, HOME)
    assert run.verdict == place[2].verdict
    assert run.result.coverage.skipped == ()
    assert set(run.operations) <= {operation.name for operation in verdict.operations}
