import pytest

from cloudprobe.domain.agents import CollectedRun
from cloudprobe.domain.report import Cost, PaidOperation
from cloudprobe.domain.run import Access, RunStatus
from cloudprobe.reports.cost import cost
from cloudprobe.reports.outline import cost_text
from cloudprobe.testing import InMemoryRecordings


def run(name, *used):
    return CollectedRun(run_id=name, iteration=1, status=RunStatus.SUCCEEDED, access=Access(used=used))


def test_paid_calls_are_counted_over_all_runs():
    recordings = InMemoryRecordings()
    metrics = {"MetricDataQueries": [{"Id": f"m{n}"} for n in range(50)]}
    recordings.record("i/1/1/0", [
        {"service": "ce", "operation": "GetCostAndUsage"},
        {"service": "ec2", "operation": "DescribeInstances"},
    ])  # fmt: skip
    recordings.record("i/1/1/1", [
        {"service": "ce", "operation": "GetCostForecast"},
        {"service": "cloudwatch", "operation": "GetMetricData", "parameters": metrics},
        {"service": "cloudwatch", "operation": "GetMetricData", "parameters": metrics},
    ])  # fmt: skip
    found = cost(
        [
            run("i/1/1/0", "ce:GetCostAndUsage", "ec2:DescribeInstances"),
            run("i/1/1/1", "ce:GetCostForecast", "cloudwatch:GetMetricData"),
        ],
        recordings,
    )
    assert [(one.operation, one.units) for one in found.operations] == [
        ("ce:GetCostAndUsage", 1),
        ("ce:GetCostForecast", 1),
        ("cloudwatch:GetMetricData", 100),
    ]
    assert found.usd == pytest.approx(0.02 + 100 * 0.00001)


def test_free_calls_cost_nothing():
    recordings = InMemoryRecordings()
    recordings.record("i/1/1/0", [{"service": "ec2", "operation": "DescribeInstances"}])
    assert cost([run("i/1/1/0", "ec2:DescribeInstances")], recordings) == Cost()


@pytest.mark.parametrize(
    ("usd", "text"), [(0.0, "free of charge"), (0.00001, "less than $0.0001"), (0.0213, "$0.0213")]
)
def test_a_sum_is_told(usd, text):
    paid = (PaidOperation(operation="ce:GetCostAndUsage", units=1, per="request", usd=usd),) if usd else ()
    assert cost_text(Cost(usd=usd, operations=paid)) == text
