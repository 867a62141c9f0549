"""What the prompt generator hands to the code generator."""

from typing import Any

from pydantic import Field

from cloudprobe.domain.model import Model


class CodeGenerationPrompt(Model):
    """One independent question to be answered by one probe.

    ``template`` is the prompt's text for a model, or the name of a library template when one covers the need.
    """

    template: str
    variables: dict[str, Any] = Field(default_factory=dict)
    """Becomes the script's standard input."""
    accounts: tuple[str, ...] = ()
    """Where it is to be answered, as the objective said; empty for every inspected account."""
    success_criteria: tuple[str, ...] = ()
    description: str = ""
    library: bool = True
    """Whether ``template`` names a library template."""
