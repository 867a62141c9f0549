"""Two runs side by side: question by question, and in the whole."""

import statistics
from collections import defaultdict
from collections.abc import Iterable, Sequence
from typing import Literal

from cloudprobe.domain.model import Model
from cloudprobe.evaluation.results import Case, Naming, Plan, Summary
from cloudprobe.evaluation.statistics import summary
from cloudprobe.evaluation.store import Results

Kind = Literal["worsened", "gone", "improved", "new", "equal"]
KINDS: tuple[Kind, ...] = ("worsened", "gone", "improved", "new", "equal")
"""What a person wants to read first stands first."""

_Identity = tuple[str, str, Naming, str]


class Standing(Model):
    """How well a question did over its repetitions."""

    cases: int
    right: int
    facts: int
    facts_found: int
    claims_wrong: int
    claims_uncited: int
    seconds: float
    """Median."""
    calls: float
    """Median."""
    complaints: tuple[str, ...] = ()
    """Of all repetitions, each once."""

    @property
    def order(self) -> tuple[float, ...]:
        """Greater is better: right answers first, then what was claimed wrongly, found, and left unproven."""
        share = 1 / self.cases
        return (
            self.right * share,
            -self.claims_wrong * share,
            self.facts_found / self.facts if self.facts else 1.0,
            -self.claims_uncited * share,
        )


class Change(Model):
    """One question in both runs."""

    world: str
    question: str
    naming: Naming
    model: str
    """Empty where each run has one model, which may differ."""
    kind: Kind
    before: Standing | None = None
    after: Standing | None = None


class Comparison(Model):
    version: Literal[1] = 1
    before: Plan
    after: Plan
    before_summary: Summary
    """Of the questions that both runs have."""
    after_summary: Summary
    changes: tuple[Change, ...]
    """Worst first."""

    def count(self, kind: Kind) -> int:
        return sum(change.kind == kind for change in self.changes)

    @property
    def regressed(self) -> bool:
        """Something was answered worse, or is not asked any more."""
        return any(change.kind in {"worsened", "gone"} for change in self.changes)


def compare(before: Results, after: Results) -> Comparison:
    """The difference of two runs; one with one model is held against another with one, whatever they are called."""
    one_each = len(before.plan.models) == len(after.plan.models) == 1
    old, new = (_by_question(run.cases, with_model=not one_each) for run in (before, after))
    both = old.keys() & new.keys()
    changes = [_change(identity, old.get(identity, []), new.get(identity, [])) for identity in sorted({*old, *new})]
    return Comparison(
        before=before.plan,
        after=after.plan,
        before_summary=summary([case for identity in sorted(both) for case in old[identity]]),
        after_summary=summary([case for identity in sorted(both) for case in new[identity]]),
        changes=tuple(sorted(changes, key=lambda change: KINDS.index(change.kind))),
    )


def _by_question(cases: Iterable[Case], *, with_model: bool) -> dict[_Identity, list[Case]]:
    found: dict[_Identity, list[Case]] = defaultdict(list)
    for case in cases:
        key = case.key
        found[key.world, key.question, key.naming, key.model if with_model else ""].append(case)
    return found


def _change(identity: _Identity, old: Sequence[Case], new: Sequence[Case]) -> Change:
    world, question, naming, model = identity
    before, after = _standing(old), _standing(new)
    return Change(
        world=world,
        question=question,
        naming=naming,
        model=model,
        kind=_kind(before, after),
        before=before,
        after=after,
    )


def _kind(before: Standing | None, after: Standing | None) -> Kind:
    if before is None:
        return "new"
    if after is None:
        return "gone"
    if before.order == after.order:
        return "equal"
    return "improved" if after.order > before.order else "worsened"


def _standing(cases: Sequence[Case]) -> Standing | None:
    if not cases:
        return None
    return Standing(
        cases=len(cases),
        right=sum(case.right for case in cases),
        facts=sum(case.facts for case in cases),
        facts_found=sum(case.facts_found for case in cases),
        claims_wrong=sum(case.claims_wrong for case in cases),
        claims_uncited=sum(case.claims - case.claims_cited for case in cases),
        seconds=statistics.median(case.seconds for case in cases),
        calls=statistics.median(case.calls for case in cases),
        complaints=tuple(dict.fromkeys(complaint for case in cases for complaint in case.complaints)),
    )
