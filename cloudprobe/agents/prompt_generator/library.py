"""Turns each objective of an iteration into one focused ``CodeGenerationPrompt``."""

from cloudprobe.domain.agents import Objective, PromptGeneratorInput
from cloudprobe.domain.prompt import CodeGenerationPrompt
from cloudprobe.templates.registry import TemplateLibrary


class LibraryPromptGenerator:
    """Prompts that name a library template, with every variable it declares given a value."""

    def __init__(self, library: TemplateLibrary) -> None:
        self._library = library

    def generate(self, given: PromptGeneratorInput) -> tuple[CodeGenerationPrompt, ...]:
        """One prompt an objective.

        Raises:
            UsageError: an objective names a template or a variable there is not.
        """
        return tuple(self._prompt(objective, given.regions) for objective in given.objectives)

    def _prompt(self, objective: Objective, regions: tuple[str, ...]) -> CodeGenerationPrompt:
        template = self._library.get(objective.template or "")
        values = dict(objective.variables)
        if regions and "regions" in template.variables:
            values["regions"] = list(regions)  # an option given narrows whatever the question names
        return CodeGenerationPrompt(
            template=template.name,
            variables=template.complete(values),
            accounts=objective.accounts,
            success_criteria=template.success_criteria,
            description=template.title,
        )
