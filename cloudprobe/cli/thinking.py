"""``--model``, ``--model-for`` and ``--record-model``: what they say, and what is told of it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import cast, get_args

from rich.console import Console
from rich.text import Text

from cloudprobe.config import Config
from cloudprobe.domain.conversation import AgentName
from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.text import printable
from cloudprobe.errors import UsageError
from cloudprobe.plugins.builtin import LIBRARY
from cloudprobe.plugins.models import ModelChoice

_REPLAY = "replay:"
_NO_MODEL = (
    "no model is configured: the template library answers, and only what its templates cover"
    " (--model bedrock, or CLOUDPROBE_MODEL)"
)


def _model_for(given: Sequence[str]) -> dict[AgentName, str]:
    """What ``--model-for AGENT=MODEL`` says.

    Raises:
        UsageError: no such agent, no model, or an agent twice.
    """
    found: dict[AgentName, str] = {}
    for one in given:
        agent, equals, value = one.partition("=")
        name = agent.strip().replace("-", "_")
        if name not in get_args(AgentName):
            raise UsageError(
                f"There is no agent {agent.strip()!r} to choose a model for.",
                hint=f"Give --model-for AGENT=MODEL; the agents are {', '.join(get_args(AgentName))}.",
            )
        if not equals or not value.strip():
            raise UsageError(f"--model-for {one} names no model.", hint=f"Give --model-for {name}=MODEL.")
        if name in found:
            raise UsageError(f"--model-for names the agent {name} twice.", hint="Give it once.")
        found[cast("AgentName", name)] = _whole(value.strip())
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Brain:
    """Who thinks in one run of a command."""

    choice: ModelChoice = field(default_factory=ModelChoice)
    record: Path | None = None
    """Where every exchange with a model is kept."""
    chosen: bool = True
    """Somebody named it; the library alone may be what is left where nobody did."""

    @property
    def asks(self) -> bool:
        return bool({self.choice.model, *self.choice.model_for.values()} - {LIBRARY})


def brain(given: str | None, others: Sequence[str], record: Path | None) -> Brain:
    """What the three options say.

    Raises:
        UsageError: they make no sense together.
    """
    named = given or Config.read().model
    chosen = Brain(
        choice=ModelChoice(model=_whole(named or LIBRARY), model_for=_model_for(others)),
        record=record.absolute() if record else None,
        chosen=bool(named or others),
    )
    _check_recording(chosen)
    return chosen


@dataclass(frozen=True, slots=True, kw_only=True)
class Override:
    """The options where an inspection is carried on: as it began, but for what is said now."""

    model: str | None = None
    model_for: tuple[str, ...] = ()
    record: Path | None = None

    def over(self, settings: InspectionSettings) -> Brain:
        """Who thinks from here on.

        Raises:
            UsageError: the options make no sense together.
        """
        kept = {} if self.model else settings.model_for
        choice = ModelChoice(
            model=_whole(self.model or settings.model), model_for={**kept, **_model_for(self.model_for)}
        )
        chosen = Brain(choice=choice, record=self.record.absolute() if self.record else None)
        _check_recording(chosen)
        return chosen


def _check_recording(chosen: Brain) -> None:
    folder = chosen.record
    if folder is None:
        return
    if not chosen.asks:
        raise UsageError("--record-model is given and no model is.", hint="Name one with --model.")
    if folder.exists() and not folder.is_dir():
        raise UsageError(f"{folder} is a file; --record-model keeps a folder.", hint="Name another.")


def announce(chosen: Brain, console: Console) -> None:
    """Say who thinks, on standard error; loud where nobody chose."""
    if chosen.asks:
        told = [chosen.choice.model, *(f"{agent}: {one}" for agent, one in chosen.choice.model_for.items())]
        console.print(Text.assemble(("model       ", "dim"), printable("; ".join(told))), soft_wrap=True)
    elif not chosen.chosen:
        console.print(Text(_NO_MODEL, style="bold yellow"), soft_wrap=True)


def _whole(given: str) -> str:
    """An inspection may be resumed from another folder than it was begun in."""
    if not given.startswith(_REPLAY) or given == _REPLAY:
        return given
    return f"{_REPLAY}{Path(given.removeprefix(_REPLAY)).expanduser().absolute()}"
