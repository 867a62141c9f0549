"""Prompts are files: a static part, a line ``=== user ===``, and a part with variables, each of which must be given."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from jinja2 import Environment, StrictUndefined, TemplateSyntaxError, meta

from cloudprobe.domain.conversation import RenderedPrompt

FOLDER = Path(__file__).parents[1] / "prompts"
DIVIDER = "\n=== user ===\n"
_VERSION_DIGITS = 12

_JINJA = Environment(
    undefined=StrictUndefined,
    autoescape=False,  # noqa: S701 - a prompt is no HTML; what comes from an account is escaped by ``marking``
    keep_trailing_newline=False,
    trim_blocks=True,
    lstrip_blocks=True,
)


class PromptFileError(ValueError):
    """A prompt file and the code that fills it in do not agree: a bug of ours."""


@dataclass(frozen=True, slots=True)
class PromptFile:
    """One prompt, as it stands in its file."""

    name: str
    version: str
    system: str
    """The same for every question."""
    user: str
    """Jinja; ``variables`` are all that it may name."""
    variables: frozenset[str]

    @classmethod
    def parse(cls, name: str, content: bytes) -> "PromptFile":
        """Read a prompt.

        Raises:
            PromptFileError: it has no two parts, or the static one has variables.
        """
        system, divider, user = content.decode().replace("\r\n", "\n").partition(DIVIDER)
        if not divider:
            raise PromptFileError(f"the prompt {name} has no line {DIVIDER.strip()!r}")
        try:
            varying = meta.find_undeclared_variables(_JINJA.parse(system))
            variables = meta.find_undeclared_variables(_JINJA.parse(user))
        except TemplateSyntaxError as error:
            raise PromptFileError(f"the prompt {name}, line {error.lineno}: {error.message}") from error
        if varying or "{" + "%" in system:
            raise PromptFileError(f"the static part of the prompt {name} varies: {', '.join(sorted(varying))}")
        version = hashlib.sha256(content).hexdigest()[:_VERSION_DIGITS]
        return cls(name, version, system.strip(), user.strip(), frozenset(variables))

    def render(self, **given: str) -> RenderedPrompt:
        """Fill in every variable.

        Raises:
            PromptFileError: one is missing, or the prompt has no use for one.
        """
        missing, unused = self.variables - set(given), set(given) - self.variables
        if missing or unused:
            parts = [f"lacks {', '.join(sorted(missing))}"] * bool(missing)
            parts += [f"has no use for {', '.join(sorted(unused))}"] * bool(unused)
            raise PromptFileError(f"the prompt {self.name} {' and '.join(parts)}")
        user = _JINJA.from_string(self.user).render(**given)
        return RenderedPrompt(name=self.name, version=self.version, system=self.system, user=user)


@cache
def prompt_file(name: str) -> PromptFile:
    """The prompt of that name, read once."""
    return PromptFile.parse(name, (FOLDER / f"{name}.md").read_bytes())
