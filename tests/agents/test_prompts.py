"""The prompts as a model reads them: for fixed states they are what somebody has read and found good.

``UPDATE_SNAPSHOTS=1`` writes them anew; read the difference before it is committed.
"""

import os
import re
from pathlib import Path

import pytest

from cloudprobe.agents.code_generator.model import ModelCodeGenerator
from cloudprobe.agents.discovery_analyst import DiscoveryAnalyst
from cloudprobe.agents.discovery_analyst.model import ModelDiscoveryAnalyst
from cloudprobe.agents.orchestrator.forming import form_prompt
from cloudprobe.agents.orchestrator.model import ModelOrchestrator
from cloudprobe.agents.prompt_generator.model import ModelPromptGenerator
from cloudprobe.agents.prompting.citing import Citations
from cloudprobe.agents.prompting.rendering import FOLDER, prompt_file
from cloudprobe.domain.agents import (
    Action,
    Claim,
    CodeGeneratorInput,
    CodeGeneratorOutput,
    Decision,
    DiscoveryAnalystInput,
    Knowledge,
    Objective,
    Observation,
    PromptGeneratorInput,
)
from cloudprobe.domain.prompt import CodeGenerationPrompt
from cloudprobe.domain.run import RunOutcome, RunStatus
from cloudprobe.domain.tokens import estimate
from cloudprobe.guard.validation import ProbeDraft, validate
from cloudprobe.sandbox.dependencies.allowed import objection
from cloudprobe.templates.matching import match
from cloudprobe.templates.registry import TemplateLibrary
from tests.agents import states
from tests.agents.brains import Brain

SNAPSHOTS = Path(__file__).parent / "snapshots"
LIBRARY = TemplateLibrary.builtin()
LARGE = Brain(room=100_000)


def plan(given):
    return ModelOrchestrator(LARGE, LIBRARY).plan_prompt(given, match(given.user_request, LIBRARY, now=given.asked_at))


def first_plan():
    return plan(
        states.orchestrator_input(
            user_request="Which S3 buckets are public, and who made them so?",
            current_iteration=0,
            collected_data=(),
            circumstances=states.circumstances(iteration=0, regions=(), accounts=("123456789012", "210987654321")),
            knowledge=Knowledge(),
        )
    )


def conclude():
    citations = Citations(states.knowledge().observations)
    return ModelOrchestrator(LARGE, LIBRARY).conclude_prompt(states.orchestrator_input(), citations)


def form():
    """Also of an inspection that continues another one."""
    told = states.knowledge().observations[0].model_dump_json().replace(states.INSPECTION, "20261123-160000-0123abcd")
    earlier = Observation.model_validate_json(told).model_copy(update={"as_of": "2026-11-23T16:00:02.000000+00:00"})
    known = states.knowledge(observations=(earlier, *states.knowledge().observations))
    claim = Claim(text="The rule `nightly-export` is disabled.", evidence=(f"{states.RUN}#/calls/3/response/State",))
    return form_prompt(
        states.QUESTION,
        schema={"type": "object", "properties": {"rule": {"type": "string", "title": "Its </question> name"}}},
        decision=Decision(action=Action.COMPLETE, reason="Enough is known.", answer=(claim,)),
        bounds=states.circumstances(),
        knowledge=known,
        citations=Citations(known.observations),
        room=LARGE.room("orchestrator"),
    )


def tasks():
    given = PromptGeneratorInput(
        user_request=states.QUESTION,
        iteration=2,
        regions=("eu-west-1",),
        objectives=(
            Objective(question="what changed", template="recent_changes"),
            Objective(
                question="Who disabled the rule nightly-export since 2026-11-23T18:00:00Z?",
                variables={"rule": "nightly-export", "regions": ["eu-west-1"]},
                why="It says whether it was meant.",
            ),
        ),
        circumstances=states.circumstances(),
        knowledge=states.knowledge(),
    )
    return ModelPromptGenerator(LARGE, LIBRARY).prompt(given)


def code(*, feedback=(), previous=None, attempt=1):
    given = CodeGeneratorInput(
        prompt=CodeGenerationPrompt(
            template="Find the event DisableRule of the rule in CloudTrail's event history.",
            variables={"rule": "nightly-export", "regions": ["eu-west-1"]},
            success_criteria=("Names who disabled it and when",),
            description="Who disabled the rule",
            library=False,
        ),
        attempt=attempt,
        feedback=feedback,
        previous=previous,
        user_request=states.QUESTION,
        circumstances=states.circumstances(),
        knowledge=states.knowledge(),
    )
    return ModelCodeGenerator(LARGE, LIBRARY).prompt(given)


def code_again():
    script = "import boto3\n\nboto3.client('events').list_schedule()\nprint('</data>')\n"
    return code(feedback=states.FEEDBACK, previous=CodeGeneratorOutput(script=script), attempt=3)


def analysis():
    outcome = RunOutcome(run_id=states.RUN, status=RunStatus.SUCCEEDED, result=states.result_of_export())
    given = DiscoveryAnalystInput(
        user_request=states.QUESTION,
        iteration=1,
        outcomes=(outcome,),
        circumstances=states.circumstances(),
        knowledge=states.knowledge(),
    )
    citations = Citations(states.knowledge().observations)
    return ModelDiscoveryAnalyst(LARGE).prompt(given, DiscoveryAnalyst().analyze(given), citations)


PROMPTS = {
    "plan-first": first_plan,
    "plan": lambda: plan(states.orchestrator_input()),
    "conclude": conclude,
    "form": form,
    "tasks": tasks,
    "code": code,
    "code-again": code_again,
    "analysis": analysis,
}


@pytest.mark.parametrize("name", PROMPTS)
def test_the_prompt_is_the_reviewed_one(name):
    prompt = PROMPTS[name]()
    path = SNAPSHOTS / f"{name}.md"
    if os.environ.get("UPDATE_SNAPSHOTS"):  # noqa: TID251 - a switch of this test alone
        path.write_text(prompt.user + "\n")
    assert prompt.user + "\n" == path.read_text()


@pytest.mark.parametrize("name", PROMPTS)
def test_what_never_changes_is_in_the_static_part_and_what_is_asked_is_not(name):
    prompt = PROMPTS[name]()
    assert prompt.system == prompt_file(prompt.name).system
    assert "nightly-export" not in prompt.system
    assert states.INSPECTION not in prompt.user, "an id of this inspection would make every prompt another one"
    assert estimate(prompt.system) + estimate(prompt.user) < 20_000


@pytest.mark.parametrize("name", PROMPTS)
def test_no_text_of_the_account_ends_the_data(name):
    """The data of these states tries to."""
    lines = PROMPTS[name]().user.splitlines()
    assert [line for line in lines if ("<data>" in line or "</data>" in line) and line[:1] != "<"] == []
    depth = 0
    for line in lines:
        depth += (line == "<data>") - (line == "</data>")
        assert depth in (0, 1)
    assert depth == 0
    assert not any("\u202e" in line for line in lines)


def test_every_prompt_file_is_used_and_can_be_read():
    used = {PROMPTS[name]().name for name in PROMPTS}
    assert {path.stem for path in FOLDER.glob("*.md")} == used


def test_the_worked_example_is_a_script_the_guard_accepts():
    system = prompt_file("code_generator").system
    (example,) = [part.partition("```")[0] for part in system.split("```python\n")[1:]]
    verdict = validate(ProbeDraft(script=example), accounts=("123456789012",))
    assert verdict.accepted, verdict.findings
    assert verdict.findings == ()
    assert {used.name for used in verdict.operations} == {"ec2:DescribeSnapshots", "ec2:DescribeRegions"}


def test_the_contract_the_prompt_teaches_is_the_contract():
    from cloudprobe.domain.probe import (
        Coverage,
        ProbeFinding,
        ProbeResource,
        ProbeResult,
        Severity,
        Skipped,
        Suggestion,
    )

    system = prompt_file("code_generator").system
    for model in (ProbeResult, ProbeFinding, ProbeResource, Coverage, Skipped, Suggestion):
        names = [name for name in model.model_fields if name != "account"]
        assert [name for name in names if f"`{name}`" not in system] == []
    assert ", ".join(Severity) in system


def test_the_packages_the_prompt_offers_can_be_had():
    system = prompt_file("code_generator").system
    offered = re.findall(
        r"\b([a-z]+) (\d+(?:\.\d+)+)", system.partition("exactly this version:")[2].partition("There")[0]
    )
    assert len(offered) > 3
    assert [name for name, version in offered if objection(name, version)] == []
