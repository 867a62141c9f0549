"""Budgets in whole inspections: a real account, a real sandbox, and a chat model whose every token has its price."""

import threading
import time
from types import SimpleNamespace

import pytest

from cloudprobe.bootstrap import build_engine, open_account, open_workspace
from cloudprobe.config import Config
from cloudprobe.domain.conversation import ChatReply, StopReason, TokenUsage, ToolCall
from cloudprobe.domain.inspection import InspectionSettings, InspectionStatus, Outcome
from cloudprobe.domain.run import RunStatus
from cloudprobe.domain.transitions import Step
from cloudprobe.errors import InspectionInterruptedError
from cloudprobe.guard.estimate import price_of
from cloudprobe.plugins import ModelProvider, hookimpl
from cloudprobe.plugins.manager import Plugins
from cloudprobe.reports.formats import render
from cloudprobe.steps.table import STEPS
from cloudprobe.testing import NullObserver
from tests.agents import brains

PRICES = """\
[[price]]
model = "paid:*"
input = 2.0
output = 10.0
cache_read = 0.2
cache_write = 2.5
"""
PROMPT_TOKENS = 1_000
"""What the chat says that a request has."""
USAGE = TokenUsage(input=400, output=100, cache_read=500, cache_write=100)
EACH = (400 * 2.0 + 100 * 10.0 + 500 * 0.2 + 100 * 2.5) / 1_000_000
MOST = {  # the whole prompt written to a cache, and the longest answer that is allowed
    agent: (PROMPT_TOKENS * 2.5 + tokens * 10.0) / 1_000_000
    for agent, tokens in {
        "orchestrator": 4_000,
        "prompt_generator": 6_000,
        "code_generator": 12_000,
        "discovery_analyst": 8_000,
    }.items()
}
ORDER = ("orchestrator", "prompt_generator", "code_generator", "discovery_analyst", "orchestrator", "orchestrator")
"""Who is asked in a careful inspection of one iteration."""
SLEEPER = brains.LOG_GROUPS.replace("def main():\n", "def main():\n    import time\n    time.sleep(90)\n")


class PaidChat:
    """Answers every tool as scripted; one model, whoever asks."""

    name = "paid:model"
    context_tokens = 200_000

    def __init__(self, *, before=lambda number: None, usage=USAGE, **changes):
        self._usage = usage
        self._answers = {
            "move_answer": [brains.collect(), brains.COMPLETE],
            "tasks_answer": [brains.TASKS],
            "script_answer": [brains.SCRIPT],
            "analysis_answer": [brains.ANALYSIS],
            "conclusion_answer": [brains.CONCLUSION],
            **changes,
        }
        self._before = before
        self._lock = threading.Lock()
        self.asked = []

    def count(self, request):
        return PROMPT_TOKENS

    def send(self, request):
        with self._lock:
            self.asked.append(request.agent)
            queue = self._answers[request.tool.name]
            given = queue.pop(0) if len(queue) > 1 else queue[0]
        self._before(len(self.asked))
        return ChatReply(
            calls=(ToolCall(name=request.tool.name, input=given),), stop=StopReason.TOOL, usage=self._usage
        )


@pytest.fixture(scope="module")
def account(embedded_account):
    access = embedded_account.second_account()
    for name in ("/app/orders", "/app/billing"):
        access.client("logs").create_log_group(logGroupName=name)
    for number in range(3):
        access.client("s3").create_bucket(Bucket=f"plain-{number}-{access.account_id}")
    return access


class Inspections:
    def __init__(self, account, folder):
        self._account = account
        folder.mkdir(exist_ok=True)
        (folder / "prices.toml").write_text(PRICES)
        self.workspace = open_workspace(Config.read(account.environment(), data_dir=folder))

    def engine(self, account, chat, *, cancel=None, steps=None):
        plugins = Plugins.load(installed=False)
        provider = ModelProvider(name="paid", description="tokens at a price", chat=lambda order: chat)
        plugins.add("paid", SimpleNamespace(cloudprobe_models=hookimpl(lambda: [provider])))
        return build_engine(
            self.workspace,
            account,
            observer=NullObserver(),
            cancel=cancel or threading.Event(),
            model="paid:model",
            plugins=plugins,
            steps=steps,
        )

    def ask(self, chat, question=brains.QUESTION, **settings):
        with open_account("", self.workspace.config) as account:
            engine = self.engine(account, chat)
            asked = account.narrow(InspectionSettings(model="paid:model", **settings))
            report = engine.run(engine.start(question, asked))
        assert self._account.client("iam").list_roles(PathPrefix="/cloudprobe/")["Roles"] == []
        for name in ("md", "html", "json"):
            assert render(report, name)
        return report

    def interrupted(self, chat, *, raises, cancel=None, steps=None, **settings):
        """The id of an inspection that was stopped."""
        with open_account("", self.workspace.config) as account:
            engine = self.engine(account, chat, cancel=cancel, steps=steps)
            identifier = engine.start(
                brains.QUESTION, account.narrow(InspectionSettings(model="paid:model", **settings))
            )
            with pytest.raises(raises):
                engine.run(identifier)
        assert self.workspace.inspection(identifier).status is InspectionStatus.INTERRUPTED
        return identifier

    def resume(self, identifier, chat):
        with open_account("", self.workspace.config) as account:
            return self.engine(account, chat).run(identifier)


@pytest.fixture
def inspections(account, tmp_path):
    return Inspections(account, tmp_path)


def test_every_exchange_is_counted_and_priced(inspections):
    chat = PaidChat()
    report = inspections.ask(chat)
    assert (report.outcome, tuple(chat.asked)) == (Outcome.ANSWERED, ORDER)
    cost = report.cost
    assert cost.model_usd == pytest.approx(len(ORDER) * EACH)
    assert cost.usage.total == len(ORDER) * USAGE.total
    assert cost.cache_read_share == 0.5
    by_agent = {one.agent: one.exchanges for one in report.metrics.agents}
    assert by_agent == {agent: ORDER.count(agent) for agent in ORDER}
    assert {(one.iteration, one.agent) for one in cost.models} == {
        (0, "orchestrator"),
        *((1, agent) for agent in ORDER),
    }


@pytest.mark.parametrize(
    "budget",
    [
        0.01,
        MOST["orchestrator"],
        pytest.param(0.07, marks=pytest.mark.full),
        pytest.param(MOST["code_generator"], marks=pytest.mark.full),
        0.1267,
    ],
)
def test_no_exchange_is_had_that_might_exceed_the_budget(inspections, budget):
    """Whatever an exchange may cost at worst was left when it was had, and what was not had is told."""
    chat = PaidChat()
    report = inspections.ask(chat, budget_usd=budget)
    assert all(n * EACH + MOST[agent] <= budget + 1e-9 for n, agent in enumerate(chat.asked))
    assert (chat.asked[:1] == ["orchestrator"]) == (budget >= MOST["orchestrator"])
    assert ("code_generator" in chat.asked) == (budget >= 2 * EACH + MOST["code_generator"])
    assert report.cost.usd <= budget
    assert report.cost.usd == pytest.approx(len(chat.asked) * EACH)
    assert report.outcome.exit_code == 4
    assert "--budget-usd" in report.model_dump_json(include={"answer", "not_covered"})


def test_a_budget_that_suffices_changes_nothing(inspections):
    report = inspections.ask(PaidChat(), budget_usd=len(ORDER) * EACH + max(MOST.values()))
    assert report.outcome is Outcome.ANSWERED
    assert not any("budget" in gap.why for gap in report.not_covered)


def test_no_budget_can_be_kept_where_a_price_is_unknown(inspections):
    (inspections.workspace.config.data_dir / "prices.toml").write_text("")
    chat = PaidChat()
    report = inspections.ask(chat, budget_usd=100.0)
    assert (chat.asked, report.outcome) == ([], Outcome.UNANSWERED)
    assert "price is not known" in report.answer


def test_without_a_budget_an_unknown_price_is_told_and_is_not_nothing(inspections):
    (inspections.workspace.config.data_dir / "prices.toml").write_text("")
    report = inspections.ask(PaidChat())
    assert report.outcome is Outcome.ANSWERED
    assert report.cost.unpriced == len(ORDER)
    assert {one.usd for one in report.cost.models} == {None}
    assert "no known price" in render(report, "md")


def paid_calls(inspections, report):
    """Priced calls that were made, by the recording: those the broker refused never left."""
    (run,) = report.runs
    calls = inspections.workspace.recordings.open(run.run_id)
    for described in calls:
        usd, _ = price_of(f"{described.service}:{described.operation}")
        error = calls.call(described.index).get("error", {}).get("Error", {})
        if usd and error.get("Code") != "BudgetExceeded":
            yield usd


@pytest.mark.parametrize(
    "share", [pytest.param(0.0, marks=pytest.mark.full), 0.3, pytest.param(0.8, marks=pytest.mark.full)]
)
def test_no_call_is_made_that_would_exceed_the_budget(inspections, share):
    question = "Which S3 buckets are public?"
    free = inspections.ask(PaidChat(), question)
    whole = free.usage.usd
    assert whole == pytest.approx(sum(paid_calls(inspections, free)))
    budget = max(whole * share, 1e-9)

    report = inspections.ask(PaidChat(), question, budget_usd=budget)

    assert report.usage.usd == pytest.approx(sum(paid_calls(inspections, report)))
    assert report.usage.usd <= budget * (1 + 1e-6)
    assert report.outcome.exit_code == 4
    (run,) = report.runs
    assert (run.status, run.limit) == (RunStatus.LIMITED, "cost")
    assert len(report.runs) == 1, "what the budget ended is not tried again"
    assert any("--budget-usd" in gap.why for gap in report.not_covered)


def test_runs_are_paid_from_what_models_left(inspections):
    """Money that models took is no longer there for calls."""
    priced = brains.LOG_GROUPS.replace(
        "def main():\n",
        'def main():\n    s3 = boto3.client("s3")\n    for _ in range(40):\n        s3.list_buckets()\n',
    )
    chat = PaidChat(script_answer=[{**brains.SCRIPT, "script": priced}])
    usd = 3 * EACH + MOST["code_generator"]
    report = inspections.ask(chat, budget_usd=usd)
    assert report.usage.paid == {"s3:ListBuckets": 40}
    assert report.cost.usd == pytest.approx(len(chat.asked) * EACH + 40 * 0.000005)


def test_nothing_begins_once_the_time_is_spent(inspections):
    chat = PaidChat(before=lambda number: time.sleep(1.2))
    report = inspections.ask(chat, budget_seconds=1.0)
    assert chat.asked == ["orchestrator"]
    assert (report.outcome, report.runs) == (Outcome.UNANSWERED, ())
    assert "--budget-seconds" in report.answer


def test_a_run_is_given_no_more_time_than_is_left(inspections):
    chat = PaidChat(script_answer=[{**brains.SCRIPT, "script": SLEEPER}])
    report = inspections.ask(chat, budget_seconds=6.0)
    (run,) = report.runs
    assert (run.status, run.limit) == (RunStatus.LIMITED, "wall")
    assert "budget" in {attempt.code for attempt in report.attempts}
    assert report.outcome.exit_code == 4


def test_stopped_and_carried_on_it_counts_once_and_goes_on_counting(inspections):
    cancel = threading.Event()
    chat = PaidChat(before=lambda number: cancel.set() if number == 3 else None)
    budget = 2 * EACH + MOST["code_generator"]
    identifier = inspections.interrupted(chat, raises=InspectionInterruptedError, cancel=cancel, budget_usd=budget)
    assert len(chat.asked) == 3

    later = PaidChat(move_answer=[brains.COMPLETE])
    report = inspections.resume(identifier, later)

    assert tuple(chat.asked + later.asked) == ORDER
    assert report.cost.model_usd == pytest.approx(len(ORDER) * EACH)
    assert sum(one.exchanges for one in report.metrics.agents) == len(ORDER)


def test_what_was_spent_before_a_stop_is_not_there_after_it(inspections):
    """Counted afresh, the analyst's exchange would fit."""
    dear = TokenUsage(output=4_100)
    each = 4_100 * 10.0 / 1_000_000
    budget = 2 * each + MOST["code_generator"]
    assert MOST["discovery_analyst"] < budget < 3 * each + MOST["discovery_analyst"]
    cancel = threading.Event()
    chat = PaidChat(usage=dear, before=lambda number: cancel.set() if number == 3 else None)
    identifier = inspections.interrupted(chat, raises=InspectionInterruptedError, cancel=cancel, budget_usd=budget)
    assert tuple(chat.asked) == ORDER[:3]

    later = PaidChat(usage=dear, move_answer=[brains.COMPLETE])
    report = inspections.resume(identifier, later)

    assert later.asked == ["orchestrator"]
    assert report.cost.usd == pytest.approx(4 * each)
    assert report.outcome.exit_code == 4


def test_a_step_that_is_done_again_counts_once(inspections):
    """Killed after it asked and before that was kept, a step asks again; the exchange is the same one."""

    def killed(state, ports):
        STEPS[Step.GENERATE_CODE](state, ports)
        raise KeyboardInterrupt

    chat = PaidChat()
    steps = {**STEPS, Step.GENERATE_CODE: killed}
    identifier = inspections.interrupted(chat, raises=KeyboardInterrupt, steps=steps)
    assert len(chat.asked) == 3
    later = PaidChat(move_answer=[brains.COMPLETE])
    report = inspections.resume(identifier, later)
    assert later.asked[0] == "code_generator"
    assert report.cost.model_usd == pytest.approx(len(ORDER) * EACH)
