"""Writes the probe of one prompt: here, the library template that the prompt names."""

from cloudprobe.domain.agents import CodeGeneratorInput, CodeGeneratorOutput, Feedback
from cloudprobe.guard.policy import policy_of
from cloudprobe.templates.registry import TemplateLibrary


class LibraryCodeGenerator:
    """Templates as they stand. A template cannot be rewritten, so only a failure that may pass by itself is retried."""

    def __init__(self, library: TemplateLibrary) -> None:
        self._library = library

    def generate(self, given: CodeGeneratorInput) -> CodeGeneratorOutput:
        """The template's script with the policy its code needs.

        Raises:
            UsageError: the prompt names a template there is not.
        """
        template = self._library.get(given.prompt.template)
        if given.feedback and not given.feedback[-1].temporary:
            return CodeGeneratorOutput(template=template.name, abandoned=_reason(template.name, given.feedback[-1]))
        return CodeGeneratorOutput(
            script=template.script,
            policy=policy_of(template.script),
            template=template.name,
            variables=given.prompt.variables,
        )


def _reason(template: str, last: Feedback) -> str:
    at_line = f" at line {last.line}" if last.line else ""
    return f"The template {template} failed{at_line} ({last.code}: {last.message}) and running it again would not help."
