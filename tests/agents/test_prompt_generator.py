import pytest

from cloudprobe.agents.prompt_generator import LibraryPromptGenerator
from cloudprobe.domain.agents import Objective, PromptGeneratorInput
from cloudprobe.errors import UsageError
from cloudprobe.templates.registry import TemplateLibrary

LIBRARY = TemplateLibrary.builtin()


def prompts(*objectives, regions=()):
    given = PromptGeneratorInput(user_request="q", iteration=1, regions=regions, objectives=objectives)
    return LibraryPromptGenerator(LIBRARY).generate(given)


@pytest.mark.parametrize("name", [template.name for template in LIBRARY])
def test_every_template_makes_a_whole_prompt(name):
    [prompt] = prompts(Objective(question="q", template=name))
    template = LIBRARY.get(name)
    assert prompt.library
    without_value = {name for name, variable in template.variables.items() if variable.default is None}
    assert set(prompt.variables) == set(template.variables) - without_value
    assert without_value <= {"start", "end"}, "only a time may be left to the probe"
    assert prompt.success_criteria == template.success_criteria
    assert prompt.description == template.title


def test_chosen_regions_reach_the_probe_and_unchosen_ones_are_the_templates():
    objective = Objective(question="q", template="ec2_open_security_groups")
    [chosen] = prompts(objective, regions=("eu-west-1",))
    [unchosen] = prompts(objective)
    assert chosen.variables["regions"] == ["eu-west-1"]
    assert unchosen.variables["regions"] == LIBRARY.get("ec2_open_security_groups").variables["regions"].default


def test_a_region_named_in_the_question_counts_unless_an_option_narrows_it():
    objective = Objective(question="q", template="ec2_open_security_groups", variables={"regions": ["us-west-2"]})
    [named] = prompts(objective)
    [narrowed] = prompts(objective, regions=("eu-west-1",))
    assert named.variables["regions"] == ["us-west-2"]
    assert narrowed.variables["regions"] == ["eu-west-1"]


def test_a_template_nobody_knows_is_named():
    with pytest.raises(UsageError, match="no_such"):
        prompts(Objective(question="q", template="no_such"))
