"""Decides what comes next: another iteration, and to find out what, or the end, and with which outcome."""

import json
from collections.abc import Iterable, Mapping
from datetime import datetime
from functools import cached_property
from typing import Any

from cloudprobe.agents.orchestrator.antecedents import resolved
from cloudprobe.agents.prompting.bounds import fitting
from cloudprobe.domain.agents import (
    Action,
    AggregatedResults,
    Antecedents,
    CollectedRun,
    Decision,
    ErrorDirective,
    Objective,
    OrchestratorInput,
    OrchestratorOutput,
)
from cloudprobe.domain.inspection import MAX_PROBES_PER_ITERATION, Outcome
from cloudprobe.domain.probe import Severity, Skipped, Suggestion
from cloudprobe.domain.run import RunStatus
from cloudprobe.templates.matching import Match, TemplateMatcher
from cloudprobe.templates.registry import Template, TemplateLibrary

_CLASSES = ("metadata", "logs", "data")
"""From narrow to wide; each holds the ones before it."""

NO_TEMPLATE = "No template of the library fits this question, and there is no language model to write a script for it."


class LibraryOrchestrator:
    """Orchestration without a model: templates found by the words of the request, chained by what they discover."""

    def __init__(self, library: TemplateLibrary) -> None:
        self._library = library

    @cached_property
    def _matcher(self) -> TemplateMatcher:
        return TemplateMatcher(self._library)

    def matches(self, question: str, now: datetime) -> tuple[Match, ...]:
        """The templates that fit a question, best first."""
        return self._matcher.match(question, now=now)

    def decide(self, given: OrchestratorInput) -> OrchestratorOutput:
        first = given.current_iteration == 0
        wanted = self._asked_for(given) if first else self._for_suggestions(given)
        objectives = tuple(objective for objective in wanted if not self._withheld(objective, given))
        gaps = tuple(gap for gap in (self._withheld(objective, given) for objective in wanted) if gap)
        return OrchestratorOutput(
            decision=_decision(given, objectives, gaps),
            aggregated=_aggregate(given.collected_data),
            error_directives=_directives(given.collected_data),
            withheld=gaps,
        )

    def _withheld(self, objective: Objective, given: OrchestratorInput) -> Skipped | None:
        return withheld(self._library.get(objective.template or ""), objective.variables, given.data_class)

    def _asked_for(self, given: OrchestratorInput) -> tuple[Objective, ...]:
        known = given.knowledge.antecedents if given.knowledge else None
        return self._for_question(given.user_request, given.asked_at, known)

    def _for_question(self, question: str, now: datetime, known: Antecedents | None = None) -> tuple[Objective, ...]:
        found = self.matches(question, now)[:MAX_PROBES_PER_ITERATION]
        return tuple(_objective(question, match, known) for match in found)

    def _for_suggestions(self, given: OrchestratorInput) -> tuple[Objective, ...]:
        """What can be followed up and was not asked yet; what the library has nothing for stays a suggestion."""
        asked = {(identity(run.template, run.variables), run.account) for run in given.collected_data}
        objectives: dict[str, Objective] = {}
        for suggestion in given.recommendations:
            for objective in self._follow(suggestion, given.asked_at):
                template = self._library.get(objective.template or "")
                known = identity(template.name, template.complete(objective.variables))
                if (known, suggestion.account) not in asked:
                    objectives[known] = _also_in(suggestion.account, objectives.get(known, objective))
        return tuple(objectives.values())[:MAX_PROBES_PER_ITERATION]

    def _follow(self, suggestion: Suggestion, now: datetime) -> tuple[Objective, ...]:
        if suggestion.template:
            if suggestion.template not in self._library:
                return ()
            known = self._library.get(suggestion.template).variables
            variables = fitting(suggestion.variables, known)  # scripts and models suggest whatever they like
            return (
                Objective(
                    question=suggestion.question or suggestion.template,
                    template=suggestion.template,
                    variables=variables,
                    why="an earlier probe led here",
                ),
            )
        return self._for_question(suggestion.question, now) if suggestion.question else ()


def _objective(question: str, match: Match, known: Antecedents | None) -> Objective:
    """What a template that fits is to find out, with what the question points back at filled in."""
    left = {name: one for name, one in match.template.variables.items() if name not in match.variables}
    meant = resolved(question, left, known) if known else {}
    return Objective(
        question=question,
        template=match.template.name,
        variables={**match.variables, **meant},
        why="; ".join([match.why, *(f"{name} {value}, as asked about before" for name, value in meant.items())]),
    )


def _also_in(account: str, objective: Objective) -> Objective:
    """What one account's run leads to is looked for in that account, and once for all accounts that lead to it."""
    accounts = tuple(dict.fromkeys((*objective.accounts, *filter(None, [account]))))
    return objective.model_copy(update={"accounts": accounts})


def withheld(template: Template, variables: Mapping[str, Any], data_class: str) -> Skipped | None:
    """What is not looked at because the template reads more than the inspection may."""
    if _CLASSES.index(template.data_class) <= _CLASSES.index(data_class):
        return None
    about = ", ".join(str(value) for value in variables.values() if isinstance(value, str) and value)
    return Skipped(
        what=f"{template.title}{f' ({about})' if about else ''}",
        why=(
            f"The template {template.name} reads {template.data_class}, which this inspection may not;"
            f" ask again with --data-class {template.data_class}."
        ),
    )


def identity(template: str, variables: Mapping[str, Any]) -> str:
    """Two probes with the same identity would ask the same thing; regions are the inspection's and play no part."""
    asked = {name: value for name, value in variables.items() if name != "regions"}
    return json.dumps([template, asked], sort_keys=True, default=str)


def _decision(given: OrchestratorInput, objectives: tuple[Objective, ...], withheld: tuple[Skipped, ...]) -> Decision:
    first = given.current_iteration == 0
    if objectives and (first or given.current_iteration < given.max_iterations):
        found = "What was found leads to something that was not looked at yet."
        reason = "The library has a template for this question." if first else found
        return Decision(action=Action.COLLECT, reason=reason, objectives=objectives)
    if first:
        reason = " ".join(_reasons(withheld)) or NO_TEMPLATE
        return Decision(action=Action.COMPLETE, reason=reason, outcome=Outcome.UNANSWERED)
    return completion(given, open_leads=len(objectives))


def _reasons(withheld: Iterable[Skipped]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(gap.why for gap in withheld))


def completion(given: OrchestratorInput, *, open_leads: int = 0, reason: str = "") -> Decision:
    """The end as code finds it from what ran.

    Args:
        given: what there is.
        open_leads: number of leads nobody followed.
        reason: why nothing more is looked at, where that is not for the usual reason.
    """
    succeeded = [run for run in given.collected_data if run.status is RunStatus.SUCCEEDED]
    if not succeeded:
        failed = given.gaps[-1].why if given.gaps else "No probe gave a result."
        return Decision(action=Action.COMPLETE, reason=reason or failed, outcome=Outcome.UNANSWERED)
    found = found_fault(succeeded)
    usual = "Nothing more would change the answer."
    if open_leads:
        usual = f"The iterations are used up; {open_leads} lead{'s' * (open_leads > 1)} not followed."
    if not found and any(run.undecided for run in succeeded):
        usual = "Nothing is at fault in what could be seen, and what could not be seen decides."
        return Decision(action=Action.COMPLETE, reason=reason or usual, outcome=Outcome.UNANSWERED)
    outcome = Outcome.ANSWERED if found else Outcome.NOTHING_FOUND
    return Decision(action=Action.COMPLETE, reason=reason or usual, outcome=outcome)


def found_fault(runs: Iterable[CollectedRun]) -> bool:
    """Whether any of them found something that is not a mere remark."""
    return any(count for run in runs for severity, count in run.findings.items() if severity is not Severity.INFO)


def _aggregate(collected: tuple[CollectedRun, ...]) -> AggregatedResults:
    findings = {severity: sum(run.findings.get(severity, 0) for run in collected) for severity in Severity}
    return AggregatedResults(
        runs=len(collected),
        succeeded=sum(run.status is RunStatus.SUCCEEDED for run in collected),
        findings={severity: count for severity, count in findings.items() if count},
        resources=sum(run.resources for run in collected),
        calls=sum(run.usage.calls for run in collected),
    )


def _directives(collected: tuple[CollectedRun, ...]) -> tuple[ErrorDirective, ...]:
    some_succeeded = any(run.status is RunStatus.SUCCEEDED for run in collected)
    return tuple(
        ErrorDirective(
            run_id=run.run_id,
            directive="skip" if some_succeeded else "stop",
            reason=run.error or f"The run {run.status}.",
        )
        for run in collected
        if run.status is not RunStatus.SUCCEEDED
    )
