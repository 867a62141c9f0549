"""Which questions are asked of whom: worlds found, patterns applied, and what cannot be asked named with its reason."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from itertools import groupby, product
from pathlib import Path

from pydantic import ValidationError

from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.emulator.worlds import Question, World, list_worlds, load_world
from cloudprobe.errors import UsageError
from cloudprobe.evaluation.results import CaseKey, Naming, Plan
from cloudprobe.plugins.builtin import LIBRARY

REPLAY = "replay"
"""The provider that answers from recorded conversations."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One question to be put."""

    key: CaseKey
    question: Question
    """In logical names."""
    settings: InspectionSettings
    """What the inspection may do, and who thinks in it."""

    @property
    def thinks(self) -> bool:
        """A language model answers."""
        return self.settings.model.partition(":")[0] != LIBRARY


@dataclass(frozen=True, slots=True, kw_only=True)
class Sitting:
    """A world, built once, and everything that is asked of it, in order."""

    world: World
    naming: Naming
    questions: tuple[Planned, ...]

    @property
    def name(self) -> str:
        return self.world.name if self.naming == "own" else f"{self.world.name} (renamed)"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agenda:
    sittings: tuple[Sitting, ...]
    left_out: tuple[str, ...]
    """What is not asked, and why."""

    @property
    def cases(self) -> int:
        return sum(len(sitting.questions) for sitting in self.sittings)


def worlds_of(names: Sequence[str]) -> tuple[World, ...]:
    """Worlds by name or path; all that come along where none is named.

    Raises:
        UsageError: there is no such world, or two are called the same.
    """
    found = [load_world(name) for name in dict.fromkeys(names)] or list_worlds()
    for name, same in groupby(sorted(found, key=lambda world: world.name), key=lambda world: world.name):
        if len(list(same)) > 1:
            raise UsageError(f"Two worlds are called {name!r}.", hint="Results are kept by name: rename a folder.")
    return tuple(found)


def agenda(plan: Plan, *, done: Iterable[CaseKey] = ()) -> Agenda:
    """Everything of a plan that is not done yet.

    Raises:
        UsageError: a world cannot be read, or a pattern fits no question.
    """
    worlds = worlds_of(plan.worlds)
    _check_patterns(plan.questions, worlds)
    finished, left_out, sittings = set(done), dict[str, None](), []
    namings: tuple[Naming, ...] = ("own", "renamed") if plan.rename else ("own",)
    for world, naming in product(worlds, namings):
        asked = []
        for key, question in _cases(plan, world, naming):
            model = _model(key.model, world.name, question.id)
            if reason := _hindered(key, model):
                left_out[reason] = None
            elif key not in finished:
                asked.append(Planned(key=key, question=question, settings=_settings(plan, question, model)))
        if asked:
            sittings.append(Sitting(world=world, naming=naming, questions=tuple(asked)))
    return Agenda(sittings=tuple(sittings), left_out=tuple(left_out))


def _cases(plan: Plan, world: World, naming: Naming) -> Iterator[tuple[CaseKey, Question]]:
    for repetition, model, question in product(range(1, plan.repeat + 1), plan.models, world.questions):
        if not plan.questions or any(fits(pattern, world.name, question) for pattern in plan.questions):
            key = CaseKey(world=world.name, question=question.id, model=model, naming=naming, repetition=repetition)
            yield key, question


def _settings(plan: Plan, question: Question, model: str) -> InspectionSettings:
    try:
        return InspectionSettings.model_validate(
            {"data_class": question.data_class, "model": model, "budget_usd": plan.budget_usd}
        )
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(map(str, first["loc"]))
        raise UsageError(f"Question {question.id} cannot be asked: {where}: {first['msg']}.") from error


def fits(pattern: str, world: str, question: Question) -> bool:
    """Whether a pattern of shell wildcards is about a question: by its id, ``world/id``, or its template."""
    return any(fnmatchcase(name, pattern) for name in (question.id, f"{world}/{question.id}", question.template))


def _check_patterns(patterns: Iterable[str], worlds: Iterable[World]) -> None:
    known = [(world.name, question) for world in worlds for question in world.questions]
    for pattern in patterns:
        if not any(fits(pattern, world, question) for world, question in known):
            ids = ", ".join(list(dict.fromkeys(question.id for _, question in known))[:12])
            raise UsageError(
                f"No question of these worlds fits the pattern {pattern[:80]!r}.",
                hint=f"A pattern is about a question's id, world/id or template. There are: {ids}, …",
            )


def _model(model: str, world: str, question: str) -> str:
    """Recorded conversations stand by world and question in the folder that is named."""
    provider, _, rest = model.partition(":")
    return f"{REPLAY}:{Path(rest) / world / question}" if provider == REPLAY and rest else model


def _hindered(key: CaseKey, model: str) -> str:
    """Why a question cannot be asked; empty where it can."""
    provider, _, folder = model.partition(":")
    if provider != REPLAY:
        return ""
    if key.naming == "renamed":
        return f"{key.model} with everything renamed: what was recorded speaks of things by their names"
    if not Path(folder).is_dir():
        return f"{key.world}/{key.question} of {key.model}: no conversation is recorded"
    return ""
