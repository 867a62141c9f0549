"""The prompt generator, code generator and analyst with a model: what they make of its answers."""

import pytest

from cloudprobe.agents.code_generator.model import ModelCodeGenerator
from cloudprobe.agents.discovery_analyst.model import ModelDiscoveryAnalyst
from cloudprobe.agents.prompt_generator.model import ModelPromptGenerator
from cloudprobe.domain.agents import (
    UNSHOWN,
    CodeGeneratorInput,
    CodeGeneratorOutput,
    DiscoveryAnalystInput,
    Feedback,
    Hypothesis,
    Objective,
    PromptGeneratorInput,
)
from cloudprobe.domain.probe import Skipped
from cloudprobe.domain.prompt import CodeGenerationPrompt
from cloudprobe.domain.run import RunOutcome, RunStatus
from cloudprobe.errors import BudgetEndedError, ModelAnswerError, ModelNotRecordedError, ModelUnavailableError
from cloudprobe.templates.registry import TemplateLibrary
from tests.agents import states
from tests.agents.brains import ANALYSIS, LOG_GROUPS, TASKS, Brain, dumb

LIBRARY = TemplateLibrary.builtin()
CODE = Objective(question="Which queues grow?", variables={"regions": ["eu-west-1"]}, accounts=("123456789012",))
ASKED = AssertionError("The model was asked.")


def prompts(brain, *objectives, **bounds):
    given = PromptGeneratorInput(
        user_request=states.QUESTION,
        iteration=2,
        regions=("eu-west-1",),
        objectives=objectives,
        circumstances=states.circumstances(**bounds),
        knowledge=states.knowledge(),
    )
    return ModelPromptGenerator(brain, LIBRARY).generate(given)


def test_one_question_for_all_objectives_without_a_template():
    task = TASKS["tasks"][0]
    brain = Brain(
        tasks={"tasks": [{**task, "objective": 3, "title": "three"}, {**task, "objective": 2, "title": "two"}]}
    )
    template = Objective(question="what changed", template="recent_changes", variables={"user": "bob"})
    library, two, three = prompts(brain, template, CODE, CODE)
    assert (library.library, library.template) == (True, "recent_changes")
    assert [(p.library, p.description, p.accounts) for p in (two, three)] == [
        (False, "two", ("123456789012",)),
        (False, "three", ("123456789012",)),
    ]
    assert len(brain.prompts) == 1


def test_templates_alone_cost_nothing():
    (prompt,) = prompts(dumb(ASKED), Objective(question="what changed", template="recent_changes"))
    assert prompt.library


@pytest.mark.parametrize("answer", [{"tasks": []}, ModelAnswerError("prose"), BudgetEndedError("over")])
def test_without_a_task_the_objectives_own_words_are_one(answer):
    (prompt,) = prompts(Brain(tasks=answer), CODE)
    assert (prompt.template, prompt.variables, prompt.library) == (CODE.question, CODE.variables, False)


def test_variables_keep_to_the_regions_and_to_a_size():
    task = {**TASKS["tasks"][0], "variables": {"regions": ["us-east-1"], "queue": "orders"}}
    (prompt,) = prompts(Brain(tasks={"tasks": [task]}), CODE)
    assert prompt.variables == {"regions": ["eu-west-1"], "queue": "orders"}
    huge = {**TASKS["tasks"][0], "variables": {f"k{n}": "x" * 4000 for n in range(100)}}
    (prompt,) = prompts(Brain(tasks={"tasks": [huge]}), CODE)
    assert prompt.variables == CODE.variables


def generate(brain, *, feedback=(), previous=None, library=False):
    prompt = CodeGenerationPrompt(template="s3_public_buckets" if library else "Find out.", library=library)
    given = CodeGeneratorInput(
        prompt=prompt,
        attempt=1 + len(feedback),
        feedback=feedback,
        previous=previous,
        user_request=states.QUESTION,
        circumstances=states.circumstances(),
        knowledge=states.knowledge(),
    )
    return ModelCodeGenerator(brain, LIBRARY).generate(given)


def test_a_template_is_never_rewritten():
    assert generate(dumb(ASKED), library=True).script == LIBRARY.get("s3_public_buckets").script


@pytest.mark.parametrize("wrap", ["{}", "```python\n{}```", "```\n{}\n```\n", "\n```py\n{}```"])
def test_a_script_in_a_fence_is_taken_out_of_it(wrap):
    output = generate(Brain(script={"script": wrap.format(LOG_GROUPS)}))
    assert output.script.rstrip() == LOG_GROUPS.rstrip()


def test_no_script_says_why():
    assert "No such API." in generate(Brain(script={"cannot": "No such API."})).abandoned
    assert generate(Brain(script={})).abandoned
    assert "over" in generate(dumb(BudgetEndedError("over"))).abandoned


def test_what_may_pass_by_itself_is_tried_again_as_it_is():
    previous = CodeGeneratorOutput(script="print()")
    passing = Feedback(source="execute", code="Throttling", message="slow down", temporary=True)
    assert generate(dumb(ASKED), feedback=(passing,), previous=previous) == previous


def test_a_provider_that_is_down_is_left_to_the_engine():
    with pytest.raises(ModelUnavailableError):
        generate(dumb(ModelUnavailableError("down")))


def test_what_cannot_be_stored_is_made_so():
    output = generate(Brain(script={"script": "x = '\ud800'", "policy": {"a": float("nan"), "b": "\ud800"}}))
    output.model_dump_json()
    assert generate(Brain(script={"script": "x", "policy": {"a": ["b" * 4000] * 100}})).policy == {}


def analyze(brain, *, covered=False, outcomes=True, **changes):
    outcome = RunOutcome(run_id=states.RUN, status=RunStatus.SUCCEEDED, result=states.result_of_export())
    given = DiscoveryAnalystInput(
        user_request=states.QUESTION,
        iteration=1,
        outcomes=(outcome,) if outcomes else (),
        covered=covered,
        circumstances=states.circumstances(),
        knowledge=states.knowledge(**changes),
    )
    return ModelDiscoveryAnalyst(brain).analyze(given)


def test_facts_without_a_place_that_was_shown_are_dropped():
    facts = [
        {"statement": "It is off.", "evidence": ["1/1/0#/calls/3/response/State"]},
        {"statement": "Trust me.", "evidence": []},
        {"statement": "It was Eve.", "evidence": ["3/1/0#/result/facts/who"]},
    ]
    told = [insight for insight in analyze(Brain(analysis={"facts": facts})).insights if insight.evidence]
    assert [(fact.statement, fact.evidence) for fact in told] == [
        ("It is off.", (f"{states.RUN}#/calls/3/response/State",))
    ]


def test_a_hypothesis_without_a_place_is_open_and_weak():
    one = {"statement": "Eve did it.", "status": "supported", "confidence": "high", "evidence": ["no"]}
    first, *_ = analyze(Brain(analysis={"hypotheses": [one]})).hypotheses
    assert (first.status, first.confidence, first.evidence) == ("open", "low", ())


def test_hypotheses_that_are_not_spoken_of_stay():
    earlier = (Hypothesis(statement="Somebody did it."), Hypothesis(statement="A deploy did it."))
    answer = {
        "hypotheses": [{"statement": "somebody did it.", "status": "refuted", "evidence": ["1/1/0#/result/facts"]}]
    }
    output = analyze(Brain(analysis=answer), hypotheses=earlier)
    assert [(h.statement, h.status) for h in output.hypotheses] == [
        ("somebody did it.", "refuted"),
        ("A deploy did it.", "open"),
    ]


def test_quality_is_codes_whatever_the_model_says():
    answer = {**ANALYSIS, "gaps": ["Who did it"], "quality": {"complete": True}, "complete": True}
    output = analyze(Brain(analysis=answer))
    assert not output.quality.complete
    assert ("Who did it", UNSHOWN) in {(gap.what, gap.why) for gap in output.gaps}
    assert output.quality == analyze(dumb()).quality


def test_leads_of_the_model_come_after_those_of_the_probes():
    answer = {"recommendations": [{"question": "Who?", "variables": {"rule": "x"}}, {}, {"template": "recent_changes"}]}
    output = analyze(Brain(analysis=answer))
    assert [(lead.template, lead.question) for lead in output.recommendations] == [
        ("recent_changes", None),
        (None, "Who?"),
        ("recent_changes", None),
    ]


@pytest.mark.parametrize("how", [{"covered": True}, {"outcomes": False}])
def test_where_there_is_nothing_to_explain_the_model_is_not_asked(how):
    assert analyze(dumb(ASKED), **how).hypotheses == states.knowledge().hypotheses


def test_an_analysis_that_did_not_come_is_a_gap():
    output = analyze(dumb(BudgetEndedError("The budget of 1 USD ends here.")))
    assert "1 USD" in output.gaps[-1].why
    assert output.hypotheses == states.knowledge().hypotheses


def test_what_an_analysis_missed_stays_missed_until_one_says_otherwise():
    missed = Skipped(what="Who did it", why=UNSHOWN)
    for brain, how in ((dumb(), {}), (dumb(ASKED), {"covered": True}), (dumb(ASKED), {"outcomes": False})):
        assert missed in analyze(brain, gaps=(missed,), **how).gaps
    assert missed not in analyze(Brain(analysis=ANALYSIS), gaps=(missed,)).gaps


def test_a_replay_that_lacks_an_answer_ends_there_and_is_no_silence():
    """Or it would go on, and no longer be what was recorded."""
    lacking = dumb(ModelNotRecordedError("This was not asked."))
    for ask in (lambda: analyze(lacking), lambda: generate(lacking), lambda: prompts(lacking, CODE)):
        with pytest.raises(ModelNotRecordedError):
            ask()
