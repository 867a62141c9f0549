import pytest

from cloudprobe.domain.agents import CollectedRun
from cloudprobe.domain.conversation import ModelCall, TokenUsage
from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.report import Cost, PaidOperation
from cloudprobe.domain.run import RunStatus, Usage
from cloudprobe.reports.cost import cost
from cloudprobe.reports.outline import cost_text


def run(name, **paid):
    usage = Usage(paid={operation.replace("_", ":"): units for operation, units in paid.items()})
    return CollectedRun(run_id=name, iteration=1, status=RunStatus.SUCCEEDED, usage=usage)


def call(number, agent="code_generator", *, usd=0.01, iteration=1, model="bedrock:strong", **usage):
    return ModelCall(
        id=f"{iteration}/1/generate_code/{number}", agent=agent, iteration=iteration, attempt=1, model=model,
        prompt="code", prompt_version="0" * 12, started="2026-01-01T00:00:00+00:00", seconds=1.0,
        usage=TokenUsage(**usage), usd=usd,
    )  # fmt: skip


def test_paid_calls_are_counted_over_all_runs():
    found = cost([
        run("i/1/1/0", ce_GetCostAndUsage=1),
        run("i/1/1/1", ce_GetCostForecast=1, ce_GetCostAndUsage=1, cloudwatch_GetMetricData=100),
    ])  # fmt: skip
    assert [(one.operation, one.units) for one in found.operations] == [
        ("ce:GetCostAndUsage", 2),
        ("ce:GetCostForecast", 1),
        ("cloudwatch:GetMetricData", 100),
    ]
    assert found.usd == pytest.approx(0.03 + 100 * 0.00001)
    assert found.calls_usd == found.usd


def test_free_calls_cost_nothing():
    assert cost([run("i/1/1/0")]) == Cost()


def test_exchanges_are_summed_by_agent_iteration_and_model():
    found = cost([run("i/1/1/0", ce_GetCostAndUsage=1)], [
        call(0, input=600, cache_read=300, cache_write=100, output=50),
        call(1, input=1000, output=50, usd=0.02),
        call(0, "orchestrator", iteration=2, usd=0.5, model="bedrock:cheap"),
    ], InspectionSettings(budget_usd=2.0))  # fmt: skip
    assert [(one.agent, one.iteration, one.model, one.exchanges, one.usd) for one in found.models] == [
        ("code_generator", 1, "bedrock:strong", 2, 0.03),
        ("orchestrator", 2, "bedrock:cheap", 1, 0.5),
    ]
    assert (found.model_usd, found.calls_usd, found.usd) == (0.53, 0.01, 0.54)
    assert found.usage == TokenUsage(input=1600, output=100, cache_read=300, cache_write=100)
    assert found.cache_read_share == 0.15
    assert found.budget_usd == 2.0


def test_an_unknown_price_is_none_and_said_so():
    found = cost([], [call(0, usd=None, input=10), call(1, input=10)])
    assert found.unpriced == 1
    assert found.models[0].usd is None
    assert found.model_usd == 0.01
    assert "1 exchange" in cost_text(found)


@pytest.mark.parametrize(
    ("usd", "text"), [(0.0, "free of charge"), (0.00001, "less than $0.0001"), (0.0213, "$0.0213")]
)
def test_a_sum_is_told(usd, text):
    paid = (PaidOperation(operation="ce:GetCostAndUsage", units=1, per="request", usd=usd),) if usd else ()
    assert cost_text(Cost(usd=usd, calls_usd=usd, operations=paid)) == text
