"""Cost at the command line: Bedrock's own token counts at listed prices, budgets, and estimates before anything."""

import json
import math
import os
import subprocess
import sys
from pathlib import Path

import pytest

from cloudprobe.adapters.models.prices import ModelPrices
from cloudprobe.cli import inspecting
from cloudprobe.domain.conversation import TokenUsage
from cloudprobe.errors import UsageError
from cloudprobe.testing.converse import ConverseServer
from tests.cli.test_models import QUESTION, careful

CLOUDPROBE = str(Path(sys.executable).parent / "cloudprobe")
COVERED = "Which S3 buckets are public?"


@pytest.fixture(scope="module")
def account(embedded_account):
    return embedded_account.second_account()


@pytest.fixture
def command(account, tmp_path):
    def run(*arguments, server=None):
        environment = {**os.environ, **account.environment()}  # noqa: TID251 - for a program under test
        environment["CLOUDPROBE_BEDROCK_ENDPOINT_URL"] = server.url if server else "http://127.0.0.1:9"
        return subprocess.run(
            [CLOUDPROBE, *arguments, "--data-dir", str(tmp_path / "data")],
            env=environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=200,
        )

    return run


def test_tokens_and_dollars_of_bedrock_add_up(command):
    with ConverseServer(then=careful) as server:
        done = command("inspect", QUESTION, "--model", "bedrock", "--max-iterations", "1", "--json", server=server)
        exchanges = len(server.conversations)
    report = json.loads(done.stdout)
    cost = report["cost"]
    assert sum(one["exchanges"] for one in cost["models"]) == exchanges > 3
    prices = ModelPrices()
    expected = [prices.usd(one["model"], TokenUsage.model_validate(one["usage"])) for one in cost["models"]]
    assert 0 < cost["model_usd"] == pytest.approx(sum(expected))
    assert cost["unpriced"] == 0
    assert {one["model"] for one in cost["models"]} == {
        "bedrock:global.anthropic.claude-haiku-5-5",
        "bedrock:global.anthropic.claude-sonnet-5",
    }
    shown = command("report", report["inspection_id"]).stdout
    assert "## Cost and metrics" in shown
    assert "code generator | bedrock:global.anthropic.claude-sonnet-5" in shown
    stats = json.loads(command("stats", "--json").stdout)
    assert stats["model_usd"] == pytest.approx(cost["model_usd"])


def test_a_budget_too_small_for_the_first_exchange_reaches_no_model(command):
    with ConverseServer(then=careful) as server:
        done = command("inspect", QUESTION, "--model", "bedrock", "--budget-usd", "0.0001", "--json", server=server)
        assert server.conversations == []
    report = json.loads(done.stdout)
    assert (done.returncode, report["outcome"], report["runs"]) == (4, "unanswered", [])
    assert "was not asked" in report["answer"]
    assert "$0.0001" in report["answer"]


@pytest.mark.parametrize("given", [0.0, -1.0, math.nan, math.inf])
def test_a_budget_is_a_number_above_nothing(given):
    with pytest.raises(UsageError, match="--budget-usd") as refused:
        inspecting.budget(given, "--budget-usd")
    assert refused.value.exit_code == 2


@pytest.mark.parametrize("given", [None, 0.01, 5.0])
def test_any_other_is_taken(given):
    assert inspecting.budget(given, "--budget-usd") == given


def test_an_estimate_comes_before_anything_else(command):
    done = command("inspect", QUESTION, "--model", "bedrock", "--estimate", "--budget-usd", "0.0001")
    said = done.stderr.index("estimate"), done.stderr.index("inspection ")
    assert said[0] < said[1]
    assert "likely 6 exchanges" in done.stderr
    assert "code generator: 1 to 45 of" in done.stderr
    assert "no template fits" in done.stderr


def test_an_estimate_of_what_templates_cover_asks_no_model(command):
    plan = json.loads(command("plan", COVERED, "--model", "bedrock", "--json").stdout)
    assert (plan["models"]["covered"], plan["models"]["exchanges"], plan["planning"]) == (True, 0, None)
    assert plan["models"]["most_exchanges"] > 0
    assert plan["models"]["most_usd"] > 0
    told = command("inspect", COVERED, "--estimate").stderr
    assert "none are asked" in told
    assert "calls" in told


def test_a_plan_tells_what_planning_took(command):
    with ConverseServer(then=careful) as server:
        done = command("plan", QUESTION, "--model", "bedrock", "--json", server=server)
        exchanges = len(server.conversations)
    plan = json.loads(done.stdout)
    assert plan["planning"]["exchanges"] == exchanges == 3
    assert plan["planning"]["usd"] > 0
    assert not plan["models"]["covered"]
    assert plan["models"]["usd"] > 0
