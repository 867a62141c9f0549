"""What a ``template.toml`` says (docs/templates.md)."""

import re
from typing import Any, Literal

from pydantic import Field, model_validator

from cloudprobe.domain.model import Model
from cloudprobe.errors import UsageError

DataClass = Literal["metadata", "logs", "data"]
VariableType = Literal["string", "integer", "number", "boolean", "list"]

_PYTHON_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "boolean": (bool,),
    "list": (list, tuple),
}


class Variable(Model):
    """One value a probe takes on standard input."""

    type: VariableType
    description: str
    default: Any = None
    """Used when the request says nothing; without one the probe is not given the variable."""
    pattern: str = ""
    """Regular expression the whole string (or every item of a list) must match."""
    extract: str = ""
    """What in a question fills it: a name of ``cloudprobe.templates.extraction.EXTRACTORS``."""
    words: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Values by the words (singular) that name them in a question: for variables that choose among a few."""

    @model_validator(mode="after")
    def _default_fits(self) -> "Variable":
        try:
            re.compile(self.pattern)
        except re.error as error:
            raise ValueError(f"the pattern is no regular expression: {error}") from error
        if self.default is not None and (problem := self.problem_with(self.default)):
            raise ValueError(f"the default {problem}")
        return self

    def problem_with(self, value: Any) -> str:
        """Why a value does not fit, as the end of a sentence; empty when it does."""
        fits = isinstance(value, _PYTHON_TYPES[self.type])
        if not fits or (isinstance(value, bool) and self.type != "boolean"):
            return f"is not of type {self.type}"
        for item in value if isinstance(value, list | tuple) else (value,):
            if self.pattern and not re.fullmatch(self.pattern, str(item)):
                return f"does not match {self.pattern}"
        return ""

    def json_schema(self) -> dict[str, Any]:
        schema: dict[str, Any] = {"type": "array" if self.type == "list" else self.type}
        schema["description"] = self.description
        if self.type == "list":
            schema["items"] = {"type": "string", "pattern": self.pattern} if self.pattern else {}
        elif self.pattern:
            schema["pattern"] = self.pattern
        if self.default is not None:
            schema["default"] = self.default
        return schema


class Definition(Model):
    """The whole file."""

    name: str = Field(pattern=r"[a-z][a-z0-9_]{1,63}")
    """Also the folder's name."""
    title: str = Field(min_length=1)
    description: str = Field(min_length=1)
    version: str = Field(pattern=r"\d+\.\d+\.\d+")
    questions: tuple[str, ...] = Field(min_length=1)
    """Ways people ask; what matching learns from, so variety of words counts."""
    keywords: tuple[str, ...] = ()
    """Words that belong to the subject though no question uses them."""
    services: tuple[str, ...] = Field(min_length=1)
    """boto3 names of the services the probe calls."""
    success_criteria: tuple[str, ...] = Field(min_length=1)
    data_class: DataClass = "metadata"
    recorded_answers: tuple[str, ...] = ()
    """``service:Operation`` of what the embedded account cannot answer by itself, so that tests record the answers."""
    variables: dict[str, Variable] = Field(default_factory=dict)

    def complete(self, values: dict[str, Any]) -> dict[str, Any]:
        """Given values over defaults: what the probe reads on standard input.

        Raises:
            UsageError: a variable nobody declared, or a value that does not fit.
        """
        for name, value in values.items():
            if name not in self.variables:
                known = ", ".join(sorted(self.variables)) or "none"
                raise UsageError(f"The template {self.name!r} has no variable {name!r}.", hint=f"It has: {known}.")
            if problem := self.variables[name].problem_with(value):
                raise UsageError(f"The value of {name!r} for the template {self.name!r} {problem}: {value!r}.")
        defaults = {name: v.default for name, v in self.variables.items() if v.default is not None}
        return defaults | values
