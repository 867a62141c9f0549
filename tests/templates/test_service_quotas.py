"""Which quotas are nearly used up, and which only look it."""

import itertools
import json
import runpy
from typing import Any

import pytest

from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.account import EmbeddedAccount
from cloudprobe.emulator.worlds.building import Site, allow, deny
from cloudprobe.emulator.worlds.building.answers import record_answer
from cloudprobe.emulator.worlds.building.metrics import measure
from cloudprobe.emulator.worlds.building.quotas import Quotas
from cloudprobe.emulator.worlds.building.volumes import server
from cloudprobe.guard.validation import ProbeDraft, validate
from cloudprobe.templates.extraction import extract_variables
from cloudprobe.templates.registry import BUILTIN_FOLDER, TemplateLibrary
from tests.templates.meddler import Answer, Request, meddling
from tests.templates.probe_runs import ProbeRun, restricted, run_plain, run_probe

TEMPLATE = "service_quotas"
HOME = {"regions": ["us-east-1"]}

# Code of each quota that is near its limit: kind, severity, and what the title must say of it.
NEAR = {
    "L-F678F1CE": ("service-quota-reached", "high", "5 of 5 used, 100 percent (counted)"),  # VPCs
    "L-0263D0A3": ("service-quota-near", "low", "4 of 5 used, 80 percent (counted)"),  # addresses
    "L-1216C47A": ("service-quota-near", "medium", "15 of 16 used, 94 percent (highest use in 24 hours"),  # vCPUs
    "L-DC2B2D3D": ("service-quota-reached", "high", "3 of 3 used, 100 percent (counted)"),  # buckets
    "L-B99A9384": ("service-quota-near", "medium", "950 of 1,000 used, 95 percent (highest use in 24 hours"),
    "L-53DA6B97": ("service-quota-near", "low", "44 of 50 used, 88 percent"),  # load balancers, once more than now
    "L-11111111": ("service-quota-near", "low", "85 of 100 used, 85 percent (highest use in 24 hours, raised from 20)"),
}


def _seed(site: Site, *, salt: str = "") -> None:
    ec2, quotas = site.client("ec2"), Quotas(site)
    for n in range(4):  # beside the default one
        ec2.create_vpc(CidrBlock=f"10.{n}.0.0/16")
        ec2.allocate_address(Domain="vpc")
    for n in range(3):
        site.client("s3").create_bucket(Bucket=f"{site.name('bucket')}-{salt}{site.account}-{n}")
    quotas.quota("vpc", "L-F678F1CE", "VPCs per Region", limit=5, measured=False)
    quotas.quota("vpc", "L-E79EC296", "VPC security groups per Region", limit=2500, measured=False)
    quotas.quota("ec2", "L-0263D0A3", "EC2-VPC Elastic IPs", limit=5, measured=False)
    quotas.quota("ec2", "L-1216C47A", "Running On-Demand Standard instances", limit=16, used=(2, 15, 4))
    quotas.quota("ec2", "L-22222222", "Running On-Demand P instances", limit=0, used=(0,))  # nothing of nothing
    quotas.quota("ec2", "L-33333333", "Rate of DescribeThings", limit=10, used=(10,), rate=True)
    quotas.quota("ec2", "L-44444444", "Rules per group", limit=60, measured=False)  # of one resource
    quotas.quota("lambda", "L-B99A9384", "Concurrent executions", limit=1000, measured=False)
    measure(site, "ConcurrentExecutions", 10, 950, 3, namespace="AWS/Lambda", dimensions={})
    quotas.quota("elasticloadbalancing", "L-53DA6B97", "Application Load Balancers per Region", limit=50, used=(44, 12))
    quotas.quota("rds", "L-11111111", "DB instances", limit=100, default=20, used=(85,))
    quotas.quota("rds", "L-55555555", "DB clusters", limit=200, default=40, used=(45,))  # beyond the default, raised
    quotas.quota("dynamodb", "L-66666666", "Tables", limit=2500, used=(1990,))  # 79.6 percent
    quotas.quota("s3", "L-DC2B2D3D", "General purpose buckets", limit=3, measured=False)
    quotas.record()


def _claimed(run: ProbeRun) -> dict[str, tuple[str, str]]:
    return {f.resource.rpartition("/")[2]: (f.id, f.severity.value) for f in run.result.findings}


@pytest.fixture(scope="module")
def looked(embedded_account: EmbeddedAccount) -> tuple[ProbeRun, AccountAccess]:
    access = embedded_account.second_account()
    _seed(Site(access.client, lambda logical: logical))
    return run_probe(TEMPLATE, access, HOME), access


def test_names_what_is_near_its_limit_and_nothing_else(looked: tuple[ProbeRun, AccountAccess]) -> None:
    run, _ = looked
    assert _claimed(run) == {code: told[:2] for code, told in NEAR.items()}
    titles = {f.resource.rpartition("/")[2]: f.title for f in run.result.findings}
    for code, (_, _, said) in NEAR.items():
        assert said in titles[code]


@pytest.mark.full
def test_other_names_change_nothing(embedded_account: EmbeddedAccount, looked: tuple[ProbeRun, AccountAccess]) -> None:
    access = embedded_account.second_account()
    _seed(Site(access.client, lambda logical: f"x{len(logical)}q"), salt="r")
    assert _claimed(run_probe(TEMPLATE, access, HOME)) == _claimed(looked[0])


def test_says_how_much_it_compared(looked: tuple[ProbeRun, AccountAccess]) -> None:
    facts = looked[0].document["facts"]
    assert facts["near_limit"] == len(NEAR)
    assert facts["quotas_compared"] == len(NEAR) + 3 + 4  # groups, clusters, tables; IAM's own
    assert facts["use_unknown"] == 3
    assert looked[0].result.summary.startswith("7 of 14 quotas are used above 80 percent: ")
    assert facts["highest"][0]["percent"] == 100
    assert looked[0].result.coverage.skipped == ()


def test_every_claim_points_at_use_and_limit(looked: tuple[ProbeRun, AccountAccess]) -> None:
    cited = looked[0].cited()
    assert {5.0, 16.0, 15.0, 1000.0, 950.0, 44.0, 85.0, 100.0} <= {v for v in cited if isinstance(v, int | float)}
    assert [len(value) for value in cited if isinstance(value, list)].count(5) == 1  # the VPCs themselves


def test_offers_an_increase_where_there_can_be_one(looked: tuple[ProbeRun, AccountAccess]) -> None:
    fixes = {f.resource.rpartition("/")[2]: f.fix for f in looked[0].result.findings}
    assert fixes["L-F678F1CE"] == (
        "aws service-quotas request-service-quota-increase --region us-east-1 --service-code vpc "
        "--quota-code L-F678F1CE --desired-value 8"
    )


def test_asks_no_more_than_a_plain_script_would(looked: tuple[ProbeRun, AccountAccess]) -> None:
    assert looked[0].operations == {
        "sts:GetCallerIdentity": 1,
        "service-quotas:ListServiceQuotas": 8,
        "service-quotas:GetAWSDefaultServiceQuota": 7,
        "cloudwatch:GetMetricData": 1,
        "ec2:DescribeVpcs": 1,
        "ec2:DescribeSecurityGroups": 1,
        "ec2:DescribeAddresses": 1,
        "s3:ListBuckets": 1,
        "iam:GetAccountSummary": 1,
    }
    one = run_probe(TEMPLATE, looked[1], {**HOME, "services": ["vpc"]})
    assert set(_claimed(one)) == {"L-F678F1CE"}
    assert one.operations["service-quotas:ListServiceQuotas"] == 1


def test_the_threshold_is_the_askers(looked: tuple[ProbeRun, AccountAccess]) -> None:
    assert set(_claimed(run_probe(TEMPLATE, looked[1], {**HOME, "threshold": 79}))) == {*NEAR, "L-66666666"}
    assert set(_claimed(run_probe(TEMPLATE, looked[1], {**HOME, "threshold": 99}))) == {"L-F678F1CE", "L-DC2B2D3D"}


def test_iam_tells_its_own_quotas(clean_account: AccountAccess) -> None:
    summary = {"Roles": 990, "RolesQuota": 1000, "Users": 5000, "UsersQuota": 5000, "Groups": 3, "GroupsQuota": 300}
    record_answer(clean_account.client, "iam", "GetAccountSummary", response={"SummaryMap": summary})
    Quotas(Site(clean_account.client, lambda logical: logical)).record()
    run = run_probe(TEMPLATE, clean_account, {"regions": ["eu-west-1"], "services": ["iam"]})
    assert _claimed(run) == {
        "L-FE177D64": ("service-quota-near", "medium"),
        "L-F55AF5E4": ("service-quota-reached", "high"),
    }
    fixes = {f.resource.rpartition("/")[2]: f.fix for f in run.result.findings}
    assert "--region us-east-1 --service-code iam --quota-code L-FE177D64 --desired-value 1500" in fixes["L-FE177D64"]
    assert fixes["L-F55AF5E4"].startswith("This quota is fixed")
    assert 990 in run.cited()


def test_counts_the_processors_of_running_machines_where_there_is_no_metric(clean_account: AccountAccess) -> None:
    site = Site(clean_account.client, lambda logical: logical)
    machines = [server(site, "one", encrypted=False), server(site, "two", encrypted=False)]
    cpus = {
        f"Reservations[].Instances[InstanceId={m}].CpuOptions": {"CoreCount": 4, "ThreadsPerCore": 2} for m in machines
    }
    record_answer(clean_account.client, "ec2", "DescribeInstances", overlay=cpus)
    quotas = Quotas(site)
    quotas.quota("ec2", "L-1216C47A", "Running On-Demand Standard instances", limit=16)
    quotas.record()
    run = run_probe(TEMPLATE, clean_account, {**HOME, "services": ["ec2"]})
    assert _claimed(run) == {"L-1216C47A": ("service-quota-reached", "high")}
    assert "16 of 16 used" in run.result.findings[0].title


@pytest.mark.parametrize(
    ("instance", "counts"),
    [
        ({"InstanceType": "m5.xlarge"}, True),
        ({"InstanceType": "im4gn.large"}, True),
        ({"InstanceType": "is4gen.large"}, True),
        ({"InstanceType": "d3en.xlarge"}, True),
        ({"InstanceType": "m5.xlarge", "InstanceLifecycle": "spot"}, False),
        ({"InstanceType": "m5.xlarge", "InstanceLifecycle": "capacity-block"}, False),
        ({"InstanceType": "m5.xlarge", "Placement": {"Tenancy": "host"}}, False),
        ({"InstanceType": "inf1.xlarge"}, False),
        ({"InstanceType": "trn1.2xlarge"}, False),
        ({"InstanceType": "hpc7a.96xlarge"}, False),
        ({"InstanceType": "dl1.24xlarge"}, False),
        ({"InstanceType": "mac2.metal"}, False),
        ({"InstanceType": "g5.xlarge"}, False),
    ],
)
def test_which_machines_a_quota_counts(instance: dict[str, Any], *, counts: bool) -> None:
    parts = runpy.run_path(str(BUILTIN_FOLDER / TEMPLATE / "probe.py"), run_name="probe")
    assert parts["is_standard_on_demand"]({"State": {"Name": "running"}, **instance}) is counts


def test_what_may_not_be_asked_is_said_and_nothing_is_claimed_of_it(looked: tuple[ProbeRun, AccountAccess]) -> None:
    blind = deny(["cloudwatch:*", "ec2:DescribeVpcs", "iam:GetAccountSummary"], "*")
    run = run_probe(TEMPLATE, restricted(looked[1], "half-blind", allow("*", "*"), blind), HOME)
    assert {s.what for s in run.result.coverage.skipped} == {
        "usage metrics in us-east-1", "number behind VPCs per Region in us-east-1", "quotas of iam in all regions",
    }  # fmt: skip
    assert set(_claimed(run)) == {"L-0263D0A3", "L-DC2B2D3D"}


def test_allowed_nothing_it_claims_nothing(clean_account: AccountAccess) -> None:
    with pytest.raises(AssertionError, match="Nothing could be looked at"):
        run_probe(TEMPLATE, restricted(clean_account, "nobody", allow("sts:*", "*")), HOME)


def test_a_region_that_is_switched_off_is_said_and_not_counted(looked: tuple[ProbeRun, AccountAccess]) -> None:
    serial = itertools.count()

    def off(request: Request) -> Answer | None:
        if request.region != "me-south-1":
            return None
        error = {"__type": "UnrecognizedClientException", "message": "Meddled."}
        return Answer(400, json.dumps(error).encode(), {"x-amzn-requestid": f"off-{next(serial)}"})

    with meddling(looked[1], off) as meddled:
        run = run_probe(TEMPLATE, meddled, {"regions": ["us-east-1", "me-south-1"], "services": ["ec2"]})
    assert run.result.coverage.regions == ("us-east-1",)
    (skipped,) = run.result.coverage.skipped
    assert "me-south-1" in skipped.what
    assert skipped.why.endswith("the region is not enabled")


def test_the_derived_policy_is_enough(looked: tuple[ProbeRun, AccountAccess]) -> None:
    verdict = validate(ProbeDraft(script=TemplateLibrary.builtin().get(TEMPLATE).script))
    assert verdict.findings == ()
    run = run_probe(TEMPLATE, restricted(looked[1], "minimal", *verdict.policy["Statement"]), HOME)
    assert _claimed(run) == _claimed(looked[0])
    assert run.result.coverage.skipped == ()
    assert {o.name for o in verdict.operations} - set(run.operations) == {
        "ec2:DescribeRegions",
        "ec2:DescribeInstances",
    }


def test_an_account_far_from_its_limits_in_every_region(clean_account: AccountAccess) -> None:
    quotas = Quotas(Site(clean_account.client, lambda logical: logical))
    quotas.quota("vpc", "L-F678F1CE", "VPCs per Region", limit=5, measured=False)
    quotas.quota("rds", "L-11111111", "DB instances", limit=100, used=(3,), region="eu-west-1")
    quotas.record()
    result = run_plain(TEMPLATE, clean_account)
    assert result.findings == ()
    assert result.summary.startswith("None of 6 quotas whose use is known is used above 80 percent")
    assert len(result.coverage.regions) > 15


def test_reads_every_page_and_survives_being_throttled(clean_account: AccountAccess) -> None:
    quotas = Quotas(Site(clean_account.client, lambda logical: logical))
    for n in range(150):
        quotas.quota(
            "rds", f"L-{n:08d}", f"Quota {n}", limit=10, used=(9,) if n in (3, 140) else (), measured=n in (3, 140)
        )
    quotas.record()
    refused: list[Any] = []
    serial = itertools.count()

    def throttle(request: Request) -> Answer | None:
        if b'"ServiceCode"' in request.body and len(refused) < 2:
            refused.append(request)
            error = {"__type": "TooManyRequestsException", "message": "Slow down."}
            return Answer(400, json.dumps(error).encode(), {"x-amzn-requestid": f"throttled-{next(serial)}"})
        return None

    with meddling(clean_account, throttle) as meddled:
        run = run_probe(TEMPLATE, meddled, {**HOME, "services": ["rds"]})
    assert len(refused) == 2
    assert run.document["facts"]["use_unknown"] == 148
    assert set(_claimed(run)) == {"L-00000003", "L-00000140"}


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ("Which quotas are used above 70 percent in eu-west-1?", {"threshold": 70, "regions": ["eu-west-1"]}),
        ("Are we within 10% of any limit?", {"threshold": 90}),
        ("Are we close to the limit of VPCs?", {"services": ["vpc"]}),
        ("Is the Lambda concurrency quota near?", {"services": ["lambda"]}),
        ("Which service quotas are near their limit?", {}),
    ],
)
def test_reads_a_question(asked: str, expected: dict[str, Any]) -> None:
    assert extract_variables(asked, TemplateLibrary.builtin().get(TEMPLATE).variables) == expected
