"""From the probes a model wishes for to the objectives it gets: only what may be looked at, and nothing twice."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from cloudprobe.agents.orchestrator.library import identity, withheld
from cloudprobe.agents.orchestrator.shapes import ProbeWish
from cloudprobe.agents.prompting.bounds import allowed_regions, fitting
from cloudprobe.agents.prompting.cleaning import sentence, values
from cloudprobe.domain.agents import Circumstances, CollectedRun, Knowledge, Objective
from cloudprobe.domain.inspection import MAX_PROBES_PER_ITERATION
from cloudprobe.domain.probe import Skipped
from cloudprobe.templates.extraction import extract_variables
from cloudprobe.templates.registry import TemplateLibrary

_QUESTION = 1_500
_WISHES = 2 * MAX_PROBES_PER_ITERATION
_VARIABLES = 20_000
"""Characters of their JSON."""


@dataclass(frozen=True, slots=True)
class Granted:
    objectives: tuple[Objective, ...] = ()
    withheld: tuple[Skipped, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What is granted of some wishes.

    Args:
        library: the templates there are.
        circumstances: what bounds the inspection.
        knowledge: what earlier iterations set out to find is in it.
        collected: what ran.
    """

    library: TemplateLibrary
    circumstances: Circumstances
    knowledge: Knowledge
    collected: tuple[CollectedRun, ...] = ()

    def granted(self, wishes: Iterable[ProbeWish]) -> Granted:
        before = self._before()
        objectives: list[Objective] = []
        gaps: list[Skipped] = []
        for wish in list(wishes)[:_WISHES]:
            objective = self._objective(wish)
            if objective is None:
                continue
            gap = self._gap(wish, objective)
            if gap:
                gaps.append(gap)
                continue
            new = self._keys(objective) - before
            if new and len(objectives) < MAX_PROBES_PER_ITERATION:
                before |= new
                objectives.append(self._in_accounts(objective, {account for _, account in new}))
        return Granted(tuple(objectives), tuple(gaps))

    def _objective(self, wish: ProbeWish) -> Objective | None:
        question = sentence(wish.question, limit=_QUESTION)
        accounts = tuple(a for a in dict.fromkeys(wish.accounts) if a in self.circumstances.accounts)
        name = wish.template.strip()
        if name in self.library:
            return self._by_template(name, question, wish, accounts)
        if not question:
            return None
        given = values(wish.variables)
        variables = given if len(json.dumps(given)) <= _VARIABLES else {}
        regions = allowed_regions(wish.regions, self.circumstances)
        if regions:
            variables = {**variables, "regions": list(regions)}
        return Objective(question=question, variables=variables, accounts=accounts, why=sentence(wish.why))

    def _by_template(self, name: str, question: str, wish: ProbeWish, accounts: tuple[str, ...]) -> Objective:
        """What the wish's own words say fills in what it gives no value for."""
        template = self.library.get(name)
        read = extract_variables(question, template.variables, now=self.circumstances.asked_at)
        variables = {**read, **fitting(values(wish.variables), template.variables)}
        if "regions" in template.variables:
            named = [*wish.regions, *_as_list(variables.get("regions"))]
            regions = allowed_regions(named, self.circumstances)
            variables = fitting({**variables, **({"regions": list(regions)} if regions else {})}, template.variables)
        return Objective(
            question=question or template.title,
            template=name,
            variables=variables,
            accounts=accounts,
            why=sentence(wish.why),
        )

    def _gap(self, wish: ProbeWish, objective: Objective) -> Skipped | None:
        """What of a wish is not granted, and why."""
        if wish.accounts and not objective.accounts:
            names = ", ".join(sentence(account, limit=20) for account in wish.accounts[:5])
            return Skipped(what=f"account {names}", why="It is not among the accounts that are inspected.")
        if objective.template:
            return withheld(self.library.get(objective.template), objective.variables, self.circumstances.data_class)
        return None

    def _in_accounts(self, objective: Objective, accounts: set[str]) -> Objective:
        """Only where it was not asked before."""
        asked_of = objective.accounts or self.circumstances.accounts
        if accounts >= set(asked_of):
            return objective
        return objective.model_copy(update={"accounts": tuple(a for a in asked_of if a in accounts)})

    def _before(self) -> set[tuple[str, str]]:
        """Everything that was asked, in each account it was asked of."""
        keys = {key for one in self.knowledge.asked for key in self._keys(one)}
        ran = {(identity(run.template, run.variables), run.account) for run in self.collected if run.template}
        return keys | ran

    def _keys(self, objective: Objective) -> set[tuple[str, str]]:
        accounts = objective.accounts or self.circumstances.accounts
        return {(self._identity(objective), account) for account in accounts}

    def _identity(self, objective: Objective) -> str:
        if objective.template and objective.template in self.library:
            complete = self.library.get(objective.template).complete(objective.variables)
            return identity(objective.template, complete)
        return json.dumps([" ".join(objective.question.casefold().split()), objective.variables], sort_keys=True)


def _as_list(value: Any) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []
