"""Exchanges are counted, priced and bounded; a step that is repeated counts once."""

import pytest

from cloudprobe.adapters.models.ledger import Ledger
from cloudprobe.adapters.models.metered import MeteredChat
from cloudprobe.adapters.models.prices import ModelPrices, OwnPrice
from cloudprobe.domain.conversation import ChatRequest, RenderedPrompt, TokenUsage, Tool, Turn
from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.spending import model_calls_of, model_usd
from cloudprobe.domain.state import StateUpdate, initial_state, merge
from cloudprobe.errors import BudgetEndedError, ModelThrottledError
from cloudprobe.testing import FakeClock
from cloudprobe.testing.models import ScriptedChat, calling

PRICES = ModelPrices((OwnPrice(model="scripted:chat", input=1.0, output=10.0),))
PROMPT = RenderedPrompt(name="code", version="0123456789ab", system="s" * 600, user="u" * 400)
REPLY = calling("script", {}, usage=TokenUsage(input=1_000, output=100))
EACH = (1_000 * 1.0 + 100 * 10.0) / 1_000_000
MOST = (1_000 * 1.0 + 500 * 10.0) / 1_000_000


def request(repairs=0):
    turns = (Turn(role="assistant", text=""), Turn(role="user", text="")) * repairs
    tool = Tool(name="script", description="", parameters={})
    return ChatRequest(agent="code_generator", prompt=PROMPT, turns=turns, tool=tool, max_output_tokens=500)


def state(**settings):
    begun = initial_state("20260101-000000-9f86d081", "q", InspectionSettings(**settings))
    return merge(begun, StateUpdate(current_iteration=1, attempt=0))


class Process:
    """One process that works on inspections: a ledger, and a chat that is metered by it."""

    def __init__(self, *script, prices=PRICES, clock=None):
        self.clock = clock or FakeClock()
        self.ledger = Ledger(prices, clock=self.clock)
        self.chat = ScriptedChat(*script)
        self.metered = MeteredChat(self.chat, ledger=self.ledger, clock=self.clock)

    def step(self, before, *, name="generate_code", exchanges=1):
        """A step that asks and succeeds; the state after it."""
        self.ledger.open(before, name)
        for _ in range(exchanges):
            self.metered.send(request())
        calls = [call.model_dump(mode="json") for call in self.ledger.take()]
        return merge(before, StateUpdate(model_calls=calls, step=name))


def test_an_exchange_is_written_down_with_its_place_and_price():
    process = Process(REPLY, REPLY)
    process.ledger.open(state(), "generate_code")
    process.metered.send(request())
    process.metered.send(request(repairs=1))
    first, second = process.ledger.take()
    assert (first.id, second.id) == ("1/1/generate_code/0", "1/1/generate_code/1")
    assert (first.repair, second.repair) == (0, 1)
    assert (first.agent, first.model, first.prompt, first.usd) == ("code_generator", "scripted:chat", "code", EACH)
    assert (first.usage.total, first.stop, first.error) == (1_100, "tool", "")
    assert process.ledger.take() == ()


@pytest.mark.parametrize(
    ("step", "place"),
    [("orchestrate", "1/0"), ("generate_prompt", "2/0"), ("generate_code", "1/1"), ("analyze", "1/0")],
)
def test_the_place_is_the_one_of_the_trace(step, place):
    process = Process(REPLY)
    process.ledger.open(state(), step)
    process.metered.send(request())
    assert process.ledger.take()[0].id == f"{place}/{step}/0"


def test_a_failed_exchange_is_written_down_too_and_is_taken_with_the_next_step():
    process = Process(ModelThrottledError("no"), REPLY)
    process.ledger.open(state(), "generate_code")
    with pytest.raises(ModelThrottledError):
        process.metered.send(request())
    process.ledger.open(state(), "generate_code")
    process.metered.send(request())
    failed, good = process.ledger.take()
    assert (failed.error, failed.stop, failed.usage.total, failed.usd) == ("ModelThrottledError", None, 0, 0.0)
    assert (failed.id, good.id) == ("1/1/generate_code/0", "1/1/generate_code/1")


def test_a_step_that_is_repeated_in_another_process_counts_once():
    begun = state()
    after = Process(REPLY, REPLY).step(begun, exchanges=2)
    again = Process(REPLY, REPLY).step(after, exchanges=2)
    assert len(model_calls_of(again)) == 2
    assert model_usd(model_calls_of(again)) == pytest.approx(2 * EACH)


def test_another_process_counts_on_from_the_state():
    before = Process(REPLY, REPLY).step(state(budget_usd=2 * EACH + MOST), exchanges=2)
    later = Process(REPLY, REPLY)
    after = later.step(before, name="analyze")
    later.ledger.open(after, "orchestrate")
    with pytest.raises(BudgetEndedError, match=r"are \$0\.004"):
        later.metered.send(request())
    assert len(later.chat.requests) == 1


@pytest.mark.parametrize(("budget", "sent"), [(MOST, 1), (MOST - 1e-6, 0), (EACH + MOST, 2), (EACH + MOST - 1e-6, 1)])
def test_it_is_exact_at_the_border(budget, sent):
    process = Process(REPLY, REPLY, REPLY)
    process.ledger.open(state(budget_usd=budget), "generate_code")
    for _ in range(sent):
        process.metered.send(request())
    with pytest.raises(BudgetEndedError):
        process.metered.send(request())
    assert len(process.chat.requests) == sent


def test_calls_of_aws_are_paid_from_the_same_budget():
    run = {"run_id": "r", "iteration": 1, "status": "succeeded", "usage": {"usd": 0.5}}
    spent = merge(state(budget_usd=0.5 + MOST - 1e-6), StateUpdate(collected_data=[run]))
    process = Process(REPLY)
    process.ledger.open(spent, "generate_code")
    with pytest.raises(BudgetEndedError):
        process.metered.send(request())


def test_an_unknown_price_has_no_budget_and_no_price():
    process = Process(REPLY, prices=ModelPrices())
    process.ledger.open(state(budget_usd=1_000), "generate_code")
    with pytest.raises(BudgetEndedError, match="price is not known"):
        process.metered.send(request())
    process.ledger.open(state(), "generate_code")
    process.metered.send(request())
    assert process.ledger.take()[0].usd is None


def test_one_exchange_of_unknown_price_leaves_no_budget_to_keep():
    unknown = Process(REPLY, prices=ModelPrices()).step(state(budget_usd=None))
    unknown["settings"] = InspectionSettings(budget_usd=1_000).model_dump(mode="json")
    process = Process(REPLY)
    process.ledger.open(unknown, "analyze")
    with pytest.raises(BudgetEndedError, match="price is not known"):
        process.metered.send(request())


def test_time_counts_with_what_the_state_says_and_what_passes_between_steps():
    clock = FakeClock()
    process = Process(REPLY, REPLY, clock=clock)
    trace = [{"step": "orchestrate", "iteration": 0, "attempt": 0, "started": "", "seconds": 10.0, "note": ""}]
    process.ledger.open(merge(state(budget_seconds=15), StateUpdate(trace=trace)), "generate_code")
    clock.advance(4.9)
    process.metered.send(request())
    assert process.ledger.seconds_spent() == pytest.approx(14.9)
    clock.advance(0.2)
    process.ledger.open(merge(state(budget_seconds=15), StateUpdate(trace=trace)), "generate_code")
    with pytest.raises(BudgetEndedError, match=r"15\.1 s of the budget of 15 s"):
        process.metered.send(request())


def test_another_inspection_begins_new_books():
    process = Process(REPLY, REPLY)
    process.ledger.open(state(), "generate_code")
    process.metered.send(request())
    process.clock.advance(100)
    other = initial_state("20260102-000000-9f86d081", "q", InspectionSettings(budget_seconds=50, budget_usd=MOST))
    process.ledger.open(other, "orchestrate")
    assert process.ledger.seconds_spent() == 0
    process.metered.send(request())
    assert [call.id for call in process.ledger.take()] == ["0/0/orchestrate/0"]
