"""What is true in a world: its questions, what an answer must state, and what it must not claim.

Everything is said in logical names, the ones the seed passes to ``names``; nothing here knows what a thing is really
called, so renaming a whole world changes no verdict.
"""

import re
from collections.abc import Callable
from typing import Any, TypeVar

from pydantic import Field, model_validator

from cloudprobe.domain.inspection import Outcome
from cloudprobe.domain.model import Model
from cloudprobe.domain.probe import Severity

_PLACEHOLDER = re.compile(r"\{([a-z0-9-]+)\}")


class Expectation(Model):
    """A fault the answer must state."""

    resource: str
    """Logical name of the thing at fault."""
    finding: str = ""
    """Kind, as the library template calls it; empty means any, as where no template says what it is called."""
    severity: Severity | None = None
    """None means any but ``info``."""
    mentions: tuple[str, ...] = ()
    """Words the answer cannot do without; ``{logical}`` stands for a real name."""
    embedded_only: bool = False
    """The seed can make this true on the embedded account alone: a past, or the root user's devices."""


class Forbidden(Model):
    """A thing the answer must not call a fault; remarks of severity ``info`` are no claim."""

    resource: str
    why: str
    finding: str = ""
    """The kind that must not be claimed; empty means none may be."""


class Statement(Model):
    """A fact the answer as a whole must state, where what is asked is no fault: a number, a name, a setting."""

    fact: str = Field(min_length=1)
    """In a few words, for whoever reads a score."""
    mentions: tuple[str, ...] = Field(min_length=1)
    """What stands for it in the answer, all of it; ``{logical}`` stands for a real name."""


_S = TypeVar("_S", Expectation, Statement)


class Question(Model):
    id: str
    ask: tuple[str, ...] = Field(min_length=1)
    """Ways to put it; ``{logical}`` stands for a real name."""
    outcome: Outcome
    template: str = ""
    """The library template that answers it."""
    needs_model: bool = False
    """No template covers it. A brain without a model must say so and claim nothing; the truth is for the others."""
    data_class: str = "metadata"
    """What the answer may read: ``metadata``, ``logs`` or ``data``."""
    variables: dict[str, Any] = Field(default_factory=dict)
    """What that template must be given beyond its defaults; strings may hold ``{logical}``."""
    expect: tuple[Expectation, ...] = ()
    state: tuple[Statement, ...] = ()
    forbid: tuple[Forbidden, ...] = ()
    unseen: tuple[str, ...] = ()
    """Words that the answer's account of what it could not see must hold, such as a service or a region."""

    @model_validator(mode="after")
    def _outcome_fits(self) -> "Question":
        if (self.outcome is Outcome.ANSWERED) != bool(self.expect or self.state):
            raise ValueError(
                f"question {self.id}: 'answered' needs expectations, others and expectations exclude each other"
            )
        if self.needs_model and self.template:
            raise ValueError(f"question {self.id}: what needs a model has no template")
        return self

    def named(self, names: Callable[[str], str]) -> "Question":
        """The same question as it is put in a world whose things are called by ``names``."""
        return self.model_copy(
            update={
                "ask": tuple(fill(text, names) for text in self.ask),
                "variables": {key: _fill_all(value, names) for key, value in self.variables.items()},
                "unseen": tuple(fill(text, names) for text in self.unseen),
                "expect": tuple(_fill_mentions(one, names) for one in self.expect),
                "state": tuple(_fill_mentions(one, names) for one in self.state),
            }
        )


def _fill_mentions(one: _S, names: Callable[[str], str]) -> _S:
    return one.model_copy(update={"mentions": tuple(fill(text, names) for text in one.mentions)})


def fill(text: str, names: Callable[[str], str]) -> str:
    """Put real names for ``{logical}`` ones."""
    return _PLACEHOLDER.sub(lambda match: names(match[1]), text)


def _fill_all(value: Any, names: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return fill(value, names)
    if isinstance(value, list):
        return [_fill_all(item, names) for item in value]
    return value
