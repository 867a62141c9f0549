"""A model's answer has its shape or ends in a named error, whatever the model says."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field

from cloudprobe.adapters.models.reading import MAX_ANSWER_CHARACTERS
from cloudprobe.adapters.models.shapes import tool_of
from cloudprobe.adapters.models.structured import MAX_OUTPUT_TOKENS, MAX_REPAIRS, StructuredModel
from cloudprobe.domain.conversation import ChatReply, RenderedPrompt, StopReason, ToolCall
from cloudprobe.errors import ModelAnswerError, ModelOverflowError, ModelRefusedError, ModelThrottledError
from cloudprobe.testing import ScriptedChat, calling

PROMPT = RenderedPrompt(name="plan", version="0123456789ab", system="You plan.", user="What next?")


class Step(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)
    name: str = Field(min_length=1)
    count: int = 1


class NextPlan(BaseModel):
    """What comes next."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    action: str
    steps: tuple[Step, ...] = ()


GOOD = {"action": "go", "steps": [{"name": "a"}]}
PLAN = NextPlan(action="go", steps=(Step(name="a"),))


def prose(text, stop=StopReason.END):
    return ChatReply(text=text, stop=stop)


def called(*calls, stop=StopReason.TOOL):
    return ChatReply(calls=tuple(ToolCall(name=name, input=given) for name, given in calls), stop=stop)


def ask(*replies, shape=NextPlan, **chat):
    scripted = ScriptedChat(*replies, **chat)
    return StructuredModel(lambda _: scripted).answer(PROMPT, shape=shape, agent="orchestrator"), scripted


def test_an_answer_in_its_shape_costs_one_exchange():
    answer, chat = ask(calling("next_plan", GOOD))
    assert answer == PLAN
    assert len(chat.requests) == 1
    assert chat.requests[0].tool == tool_of(NextPlan)
    assert chat.requests[0].turns == ()


@pytest.mark.parametrize(
    "reply",
    [
        prose(json.dumps(GOOD)),
        prose(f"Here it is:\n```json\n{json.dumps(GOOD, indent=1)}\n```\nHope it helps."),
        prose(f"I think {json.dumps(GOOD)}"),
        called(("next_plan", json.dumps(GOOD))),
        called(("next_plan", GOOD), ("next_plan", GOOD)),
        called(("other", {"a": 1}), ("next_plan", GOOD)),
    ],
    ids=["json", "fenced", "in-a-sentence", "string-input", "twice-the-same", "beside-another-tool"],
)
def test_what_is_whole_and_valid_is_taken_however_it_comes(reply):
    answer, chat = ask(reply)
    assert answer == PLAN
    assert len(chat.requests) == 1


BAD = {
    "empty": (prose(""), "was empty"),
    "blank": (prose(" \n"), "was empty"),
    "prose": (prose("I would look at the buckets."), "came as text. Call the tool next_plan"),
    "prose with part": (prose('{"action": "go", "steps": [{"name": ""}]}'), "steps.0.name"),
    "two answers": (prose('```json\n{"action": "a"}\n```\n```json\n{"action": "b"}\n```'), "several answers"),
    "invalid": (called(("next_plan", {"steps": [{"name": "a", "count": "many"}]})), "steps.0.count"),
    "missing": (called(("next_plan", {})), "action: Field required"),
    "unknown field": (called(("next_plan", {**GOOD, "extra": 1})), "extra: Extra inputs"),
    "string input": (called(("next_plan", "go")), "is text and no JSON object"),
    "list input": (called(("next_plan", [GOOD])), "must be a JSON object; it was a list"),
    "null input": (called(("next_plan", None)), "it was a null"),
    "nan": (called(("next_plan", '{"action": NaN}')), "no JSON"),
    "key twice": (called(("next_plan", '{"action": "a", "action": "b"}')), "twice"),
    "deep": (called(("next_plan", "[" * 100_000)), "nested too deeply"),
    "wrong tool": (called(("search", GOOD)), "There is no tool search; the only one is next_plan"),
    "several calls": (called(("next_plan", GOOD), ("next_plan", {"action": "stop"})), "called 2 times"),
    "cut": (called(("next_plan", GOOD), stop=StopReason.CUT), "cut off"),
    "cut prose": (prose('{"action": "go', StopReason.CUT), "cut off"),
    "ten megabytes": (prose("x" * 10_000_000), "characters"),
    "ten megabytes of input": (called(("next_plan", {"action": "x" * 10_000_000})), "characters"),
    "ten megabytes of text input": (called(("next_plan", "x" * 10_000_000)), "characters"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_not_usable_is_told_and_asked_for_again(name):
    reply, told = BAD[name]
    answer, chat = ask(reply, calling("next_plan", GOOD))
    assert answer == PLAN
    said, problem = chat.requests[1].turns
    assert (said.role, problem.role) == ("assistant", "user")
    assert told in problem.text
    assert said.text.strip()
    assert len(said.text) <= 5_000
    assert len(problem.text) <= 5_000


@pytest.mark.parametrize("name", BAD)
def test_after_two_repairs_it_is_a_named_error(name):
    reply, _ = BAD[name]
    chat = ScriptedChat(*[reply] * (MAX_REPAIRS + 1))
    with pytest.raises(ModelAnswerError, match="prompt plan in 3 exchanges") as raised:
        StructuredModel(lambda _: chat).answer(PROMPT, shape=NextPlan, agent="orchestrator")
    assert len(chat.requests) == MAX_REPAIRS + 1
    assert len(str(raised.value)) < 2_000
    assert raised.value.exit_code == 4


def test_a_cut_answer_is_given_more_room_and_asked_to_be_shorter():
    cut = called(("next_plan", GOOD), stop=StopReason.CUT)
    _, chat = ask(cut, cut, calling("next_plan", GOOD))
    first = MAX_OUTPUT_TOKENS["orchestrator"]
    assert [one.max_output_tokens for one in chat.requests] == [first, 2 * first, 4 * first]
    assert "shorter" in chat.requests[1].turns[1].text


def test_a_guardrail_is_no_answer_and_is_not_asked_again():
    chat = ScriptedChat(ChatReply(text=json.dumps(GOOD), stop=StopReason.GUARDRAIL))
    with pytest.raises(ModelRefusedError, match="guardrail"):
        StructuredModel(lambda _: chat).answer(PROMPT, shape=NextPlan, agent="orchestrator")
    assert len(chat.requests) == 1


def test_a_fault_passes_as_it_is():
    with pytest.raises(ModelThrottledError):
        ask(ModelThrottledError("wait"))


def test_a_prompt_that_does_not_fit_costs_nothing():
    chat = ScriptedChat(context_tokens=10_000)
    long = PROMPT.model_copy(update={"user": "word " * 10_000})
    with pytest.raises(ModelOverflowError, match="plan has 50,0"):
        StructuredModel(lambda _: chat).answer(long, shape=NextPlan, agent="orchestrator")
    assert chat.requests == []


def test_the_models_own_count_decides_where_the_estimate_is_in_doubt():
    """The estimate says more than 12,000; the model says a token a character, 9,009."""
    chat = ScriptedChat(calling("next_plan", GOOD), context_tokens=14_500)
    numbers = PROMPT.model_copy(update={"user": "1! " * 3_000})
    model = StructuredModel(lambda _: chat)
    assert model.answer(numbers, shape=NextPlan, agent="orchestrator") == PLAN


@pytest.mark.parametrize("context", [200_000, 32_000, 8_000])
def test_what_fills_the_room_fits_with_its_repairs(context):
    chat = ScriptedChat(*[prose("x" * 5_000)] * 2, calling("next_plan", GOOD), context_tokens=context)
    model = StructuredModel(lambda _: chat)
    filled = PROMPT.model_copy(update={"user": "x" * (model.room("orchestrator") - len(PROMPT.system))})
    assert model.answer(filled, shape=NextPlan, agent="orchestrator") == PLAN


def test_a_lone_surrogate_becomes_text_that_can_be_stored():
    for given_input in ({"action": "go\ud800"}, '{"action": "go\\ud800"}'):
        answer, _ = ask(calling("next_plan", given_input))
        assert answer.action.encode() == rb"go\ud800"


class Tree(BaseModel):
    """Holds itself."""

    children: list["Tree"] = []


def test_definitions_are_written_out_but_for_a_shape_that_holds_itself():
    assert "$ref" not in json.dumps(tool_of(NextPlan).parameters)
    assert tool_of(NextPlan).name == "next_plan"
    assert tool_of(NextPlan).description == "What comes next."
    assert "$ref" in json.dumps(tool_of(Tree).parameters)


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
plans = st.fixed_dictionaries({}, optional={"action": values, "steps": values, "extra": values})
inputs = st.one_of(values, plans, plans.map(json.dumps), st.just(GOOD), st.just(json.dumps(GOOD)[:-3]))
calls = st.builds(ToolCall, name=st.sampled_from(["next_plan", "Next_Plan", "other", ""]), input=inputs)
texts = st.one_of(
    st.text(max_size=60),
    plans.map(json.dumps),
    plans.map(lambda plan: f"```json\n{json.dumps(plan)}\n```"),
    st.just('{"action": {"action": "go"}}'),
)
replies = st.builds(
    ChatReply,
    text=texts,
    calls=st.lists(calls, max_size=3).map(tuple),
    stop=st.sampled_from(StopReason),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(replies, min_size=3, max_size=3))
def test_whatever_a_model_says_there_is_a_valid_answer_or_a_named_error(given_replies):
    chat = ScriptedChat(*given_replies)
    try:
        answer = StructuredModel(lambda _: chat).answer(PROMPT, shape=NextPlan, agent="orchestrator")
    except (ModelAnswerError, ModelRefusedError):
        pass
    else:
        assert isinstance(answer, NextPlan)
        assert NextPlan.model_validate(answer.model_dump()) == answer
        assert chat.requests[-1].tool.name == "next_plan"
        last = given_replies[len(chat.requests) - 1]
        assert last.stop not in {StopReason.CUT, StopReason.GUARDRAIL}
        answer.model_dump_json().encode()
    for request in chat.requests:
        assert all(turn.text.strip() and turn.text.encode() for turn in request.turns)
        assert [turn.role for turn in request.turns] == ["assistant", "user"] * (len(request.turns) // 2)
    assert len(chat.requests) <= MAX_REPAIRS + 1


def test_the_largest_answer_that_is_read_is_far_above_any_script():
    answer, _ = ask(calling("next_plan", {"action": "x" * (MAX_ANSWER_CHARACTERS // 2)}))
    assert len(answer.action) == MAX_ANSWER_CHARACTERS // 2
