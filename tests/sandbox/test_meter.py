"""What calls cost, by itself and in the broker: refused before they are sent."""

import threading

import pytest

from cloudprobe.guard.estimate import prices_of
from cloudprobe.sandbox.budget import Budget, BudgetExceededError
from cloudprobe.sandbox.limits import LimitName
from cloudprobe.sandbox.meter import Meter, Price, Scan
from cloudprobe.sandbox.permit import Budgets

GIB = 1 << 30
LOGS = prices_of(["logs:StartQuery", "logs:GetQueryResults"])


def test_what_is_not_priced_is_free():
    meter = Meter({"ce:GetCostAndUsage": Price(usd=0.01)}, usd=0.0)
    assert meter.admits("ec2:DescribeInstances", {})
    assert not meter.admits("ce:GetCostAndUsage", {})
    assert (meter.usd, meter.units) == (0.0, {})


def test_the_call_that_just_fits_is_made_and_the_next_is_not():
    meter = Meter({"ce:GetCostAndUsage": Price(usd=0.01)}, usd=0.03)
    assert [meter.admits("ce:GetCostAndUsage", {}) for _ in range(5)] == [True, True, True, False, False]
    assert meter.usd == pytest.approx(0.03)
    assert meter.units == {"ce:GetCostAndUsage": 3}


@pytest.mark.parametrize("parameters", [{}, {"Names": None}, {"Names": "abc"}])
def test_a_call_without_its_list_is_one_unit(parameters):
    assert Price(usd=1.0, members="Names").units(parameters) == 1


def test_members_are_paid_for_one_by_one():
    meter = Meter(prices_of(["cloudwatch:GetMetricData"]), usd=0.0005)
    queries = [{"Id": f"m{n}"} for n in range(40)]
    assert meter.admits("cloudwatch:GetMetricData", {"MetricDataQueries": queries})
    assert not meter.admits("cloudwatch:GetMetricData", {"MetricDataQueries": queries})
    assert meter.admits("cloudwatch:GetMetricData", {"MetricDataQueries": queries[:10]})
    assert meter.usd == pytest.approx(0.0005)


def asked(meter, identifier, *scanned):
    """A query that was started and looked at, once for each number of bytes."""
    admitted = meter.admits("logs:StartQuery", {})
    meter.heard("logs:StartQuery", {}, {"queryId": identifier})
    for number in scanned:
        meter.heard("logs:GetQueryResults", {"queryId": identifier}, {"statistics": {"bytesScanned": number}})
    return admitted


def test_a_query_counts_a_gigabyte_until_it_says_what_it_read():
    meter = Meter(LOGS)
    asked(meter, "a")
    assert meter.usd == pytest.approx(0.005)
    asked(meter, "b", 0, GIB // 2, GIB // 4 * 3)
    assert meter.units == {"logs:StartQuery": 1.75}
    asked(meter, "a", 10 * GIB)
    assert meter.units["logs:StartQuery"] == pytest.approx(0.75 + 1 + 10)


def test_what_a_query_read_is_missing_from_the_next_ones_budget():
    meter = Meter(LOGS, usd=0.02)
    assert asked(meter, "a", 3 * GIB)
    assert asked(meter, "b", 0)
    assert asked(meter, "c", GIB)
    assert not asked(meter, "d")


@pytest.mark.parametrize(
    "answer", [None, {}, {"queryId": 7}, {"statistics": "all"}, {"statistics": {"bytesScanned": True}}]
)
def test_an_answer_that_says_nothing_of_the_kind_changes_nothing(answer):
    meter = Meter(LOGS)
    asked(meter, "a")
    meter.heard("logs:GetQueryResults", {"queryId": "a"}, answer)
    meter.heard("logs:GetQueryResults", {"queryId": "unknown"}, {"statistics": {"bytesScanned": GIB * 9}})
    assert meter.units == {"logs:StartQuery": 1}


def test_a_query_has_a_least_charge():
    scan = Scan(operation="Get", query="Id", size=("Bytes",), unit_bytes=GIB, least_units=0.01)
    meter = Meter({"athena:Start": Price(usd=0.005, scan=scan)})
    meter.admits("athena:Start", {})
    meter.heard("athena:Start", {}, {"Id": "q"})
    meter.heard("athena:Get", {"Id": "q"}, {"Bytes": 12})
    assert meter.units == {"athena:Start": 0.01}


def test_threads_together_spend_no_more_than_one_alone():
    meter = Meter({"ce:GetCostAndUsage": Price(usd=0.01)}, usd=1.0)
    threads = [
        threading.Thread(target=lambda: [meter.admits("ce:GetCostAndUsage", {}) for _ in range(50)]) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert meter.units == {"ce:GetCostAndUsage": 100}


def test_a_budget_names_the_limit_and_counts_no_call_that_was_not_made():
    budget = Budget(Budgets(), Meter({"ce:GetCostAndUsage": Price(usd=0.01)}, usd=0.01))
    budget.take_call("ce:GetCostAndUsage", {})
    with pytest.raises(BudgetExceededError, match=r"0\.010000 USD") as refused:
        budget.take_call("ce:GetCostAndUsage", {})
    assert refused.value.limit is budget.exceeded is LimitName.COST
    budget.take_call("ec2:DescribeInstances", {})
    assert budget.calls == 2


SCRIPT = """
import boto3, json
from botocore.exceptions import ClientError
ce = boto3.client("ce", region_name="us-east-1")
ec2 = boto3.client("ec2", region_name="us-east-1")
paid, codes = 0, []
for _ in range(4):
    try:
        ce.get_cost_and_usage(TimePeriod={"Start": "2026-01-01", "End": "2026-01-02"}, Granularity="DAILY", Metrics=["x"])
        paid += 1
    except ClientError as error:
        codes.append(error.response["Error"]["Code"])
print(json.dumps({"paid": paid, "codes": codes, "regions": len(ec2.describe_regions()["Regions"])}))
"""


def test_a_script_goes_on_with_what_is_free(aws, sandbox):
    """Two requests to Cost Explorer fit; the third never leaves, and the script is told so."""
    aws.on("ce", "GetCostAndUsage", {"ResultsByTime": []})
    aws.on("ec2", "DescribeRegions", {"Regions": [{"RegionName": "us-east-1"}]})
    done = sandbox.run(SCRIPT, meter=Meter(prices_of(["ce:GetCostAndUsage"]), usd=0.025))
    assert done.result == {"paid": 2, "codes": ["BudgetExceeded"] * 2, "regions": 1}
    assert len(aws.calls("ce", "GetCostAndUsage")) == 2
    assert (done.status.value, done.limit) == ("limited", LimitName.COST)
    assert (done.usage.usd, done.usage.paid) == (pytest.approx(0.02), {"ce:GetCostAndUsage": 2})
    assert done.usage.calls == 3
