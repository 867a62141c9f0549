"""What an evaluation leaves: a line that says what was asked of whom, a line a case, and the totals.

The lines stand in ``results.jsonl`` (docs/evaluation.md). Fields are only ever added while ``version`` stays.
"""

from typing import Final, Literal

from pydantic import Field

from cloudprobe.domain.conversation import TokenUsage
from cloudprobe.domain.inspection import Outcome
from cloudprobe.domain.model import Model

VERSION: Final = 1

Naming = Literal["own", "renamed"]
"""Whether the things of a world have the names its seed gives them, or others."""


class Plan(Model):
    """The first line: what is asked, of whom, how often."""

    kind: Literal["evaluation"] = "evaluation"
    version: Literal[1] = VERSION
    cloudprobe_version: str
    started: str
    """ISO 8601, UTC."""
    worlds: tuple[str, ...]
    questions: tuple[str, ...] = ()
    """Patterns; empty for every question."""
    models: tuple[str, ...]
    repeat: int = Field(default=1, ge=1)
    rename: bool = False
    budget_usd: float | None = Field(default=None, gt=0)
    """Of each question; None: no bound."""


class CaseKey(Model):
    """Which case it is."""

    world: str
    question: str
    """Its id in the world."""
    model: str
    naming: Naming = "own"
    repetition: int = 1
    """Counts from 1."""


class Cost(Model):
    aws_usd: float = 0.0
    """Of the calls that are not free, at list prices."""
    model_usd: float = 0.0
    unpriced: int = 0
    """Exchanges with a model whose price is not known; with any, it cost more than is said."""
    tokens: TokenUsage = TokenUsage()
    exchanges: int = 0
    """With a model."""


class Case(Model):
    """One question to one brain, and how its answer compares with the truth."""

    kind: Literal["case"] = "case"
    key: CaseKey
    asked: str
    """As it was put, in real names."""
    template: str = ""
    """The one that answers it by the truth; empty where none covers it."""
    needs_model: bool = False
    inspection_id: str = ""
    outcome: Outcome
    right: bool
    """Nothing is wrong with the answer, and its citations resolve."""
    complaints: tuple[str, ...] = ()
    """What is wrong, a line each."""
    facts: int = 0
    """Of the truth."""
    facts_found: int = 0
    claims: int = 0
    claims_wrong: int = 0
    claims_cited: int = 0
    """Of the claims, those whose every citation the report could resolve."""
    citations: int = 0
    """Places that are cited as proof."""
    citations_resolved: int = 0
    """Of them, those that lead to the value shown when looked up again in the stored recordings."""
    abstained: bool | None = None
    """Whether it rightly claimed nothing; None where there is something to claim."""
    verdict: tuple[str, ...] = ()
    """Outcome and claims, in logical names."""
    policy_excess: int = 0
    """Actions that policies allowed and no operation in the code needs."""
    operations_denied: int = 0
    iterations: int = 0
    retries: int = 0
    runs: int = 0
    calls: int = 0
    seconds: float = 0.0
    """From question to report."""
    cost: Cost = Cost()
    failure: str = ""
    """The error that ended the inspection early, with a report of what there was or without one."""


class Rate(Model):
    """A share, and the 95 % Wilson interval of it."""

    count: int
    of: int
    low: float
    high: float


class Spread(Model):
    mean: float
    deviation: float
    """Of the sample; 0 of a single value."""
    median: float
    least: float
    most: float


class Summary(Model):
    """The figures of several cases together."""

    cases: int
    right: Rate
    facts: Rate
    claims_wrong: int
    claims_cited: Rate
    citations: Rate
    abstained: Rate
    policy_excess: int
    failures: int
    unsteady: int
    """Questions that were right in some repetitions and not in others."""
    iterations: Spread
    retries: int
    calls: Spread
    seconds: Spread
    aws_usd: float
    model_usd: float
    unpriced: int
    tokens: TokenUsage
    exchanges: int


class Group(Model):
    """A summary of what is named; empty stands for all of it."""

    model: str = ""
    world: str = ""
    summary: Summary


class Renaming(Model):
    """A question whose verdict changed when everything was renamed."""

    world: str
    question: str
    model: str
    own: tuple[str, ...]
    renamed: tuple[str, ...]


class Totals(Model):
    """The last line of a run that came to its end."""

    kind: Literal["totals"] = "totals"
    finished: str
    """ISO 8601, UTC."""
    groups: tuple[Group, ...]
    """A model, then each of its worlds."""
    renamings: tuple[Renaming, ...] = ()
    left_out: tuple[str, ...] = ()
    """What was not asked, and why."""
