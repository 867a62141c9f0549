"""What an inspection ran, as a plan to run it again: no model and no template library decides anything any more."""

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from pydantic import Field

from cloudprobe.domain.agents import (
    Action,
    AggregatedResults,
    CodeGeneratorInput,
    CodeGeneratorOutput,
    Decision,
    Objective,
    OrchestratorInput,
    OrchestratorOutput,
    PromptGeneratorInput,
)
from cloudprobe.domain.inspection import MAX_ITERATIONS, MAX_PROBES_PER_ITERATION, Outcome
from cloudprobe.domain.model import Model
from cloudprobe.domain.probe import Probe, Severity
from cloudprobe.domain.prompt import CodeGenerationPrompt
from cloudprobe.domain.run import RunStatus
from cloudprobe.errors import RefusedError, UsageError
from cloudprobe.evidence.record import InspectionRecordings, RecordedRun


class PlannedProbe(Model):
    """One script with its variables, in the accounts it ran in."""

    iteration: int
    probe: Probe
    variables: dict[str, Any] = Field(default_factory=dict)
    accounts: tuple[str, ...]

    @property
    def prompt(self) -> CodeGenerationPrompt:
        name = self.probe.template or f"script {self.probe.digest[:12]}"
        return CodeGenerationPrompt(
            template=name,
            variables=self.variables,
            accounts=self.accounts,
            description=self.probe.description or name,
            library=self.probe.template is not None,
        )

    @property
    def key(self) -> str:
        return probe_key_of(self.prompt)


class Plan(Model):
    """Every probe of an inspection that was run to its last attempt."""

    inspection_id: str
    question: str
    probes: tuple[PlannedProbe, ...]

    @property
    def iterations(self) -> tuple[tuple[PlannedProbe, ...], ...]:
        numbers = sorted({probe.iteration for probe in self.probes})
        return tuple(tuple(probe for probe in self.probes if probe.iteration == number) for number in numbers)


def plan_of(record: InspectionRecordings) -> Plan:
    """What to run again; the same script with the same variables in several accounts is one probe.

    Raises:
        UsageError: a continued inspection stands on more probes than one inspection may run.
    """
    found: dict[tuple[int, str, str], PlannedProbe] = {}
    for run in record.final_runs:
        key = (run.place[0], run.probe.digest, json.dumps(run.variables, sort_keys=True))
        account = account_of(run, record)
        known = found.get(key)
        found[key] = PlannedProbe(
            iteration=run.place[0],
            probe=run.probe,
            variables=run.variables,
            accounts=(*known.accounts, account) if known else (account,),
        )
    probes = _in_iterations(tuple(found.values()), record.inspection_id)
    return Plan(inspection_id=record.inspection_id, question=record.report.question, probes=probes)


def _in_iterations(probes: tuple[PlannedProbe, ...], inspection_id: str) -> tuple[PlannedProbe, ...]:
    """As they were; dealt out anew where runs of several inspections come together in one iteration."""
    if max(Counter(probe.iteration for probe in probes).values(), default=0) <= MAX_PROBES_PER_ITERATION:
        return probes
    if len(probes) > MAX_ITERATIONS * MAX_PROBES_PER_ITERATION:
        raise UsageError(
            f"Inspection {inspection_id} stands on {len(probes)} probes of several inspections, more than one may run.",
            hint="Run those inspections again one by one.",
        )
    ordered = sorted(probes, key=lambda probe: probe.iteration)
    return tuple(
        probe.model_copy(update={"iteration": 1 + number // MAX_PROBES_PER_ITERATION})
        for number, probe in enumerate(ordered)
    )


def account_of(run: RecordedRun, record: InspectionRecordings) -> str:
    return run.outcome.account or record.settings.account


def probe_key_of(prompt: CodeGenerationPrompt) -> str:
    """The same for the same probe, in whatever account."""
    return json.dumps([prompt.template, prompt.variables], sort_keys=True)


class PlannedOrchestrator:
    """Repeats the iterations there were, then stops."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan

    def decide(self, given: OrchestratorInput) -> OrchestratorOutput:
        iterations = self._plan.iterations
        succeeded = [run for run in given.collected_data if run.status is RunStatus.SUCCEEDED]
        if given.current_iteration < len(iterations):
            objectives = tuple(
                Objective(
                    question=self._plan.question,
                    template=probe.key,
                    variables=probe.variables,
                    accounts=probe.accounts,
                    why=f"inspection {self._plan.inspection_id} ran it",
                )
                for probe in iterations[given.current_iteration]
            )
            decision = Decision(
                action=Action.COLLECT,
                reason=f"What inspection {self._plan.inspection_id} ran is run again.",
                objectives=objectives,
            )
        else:
            found = any(n for run in succeeded for severity, n in run.findings.items() if severity is not Severity.INFO)
            ended = Outcome.ANSWERED if found else Outcome.NOTHING_FOUND
            reason = "Everything was run again." if succeeded else "Nothing that was run again gave a result."
            decision = Decision(
                action=Action.COMPLETE, reason=reason, outcome=ended if succeeded else Outcome.UNANSWERED
            )
        return OrchestratorOutput(
            decision=decision,
            aggregated=AggregatedResults(
                runs=len(given.collected_data),
                succeeded=len(succeeded),
                resources=sum(run.resources for run in given.collected_data),
                calls=sum(run.usage.calls for run in given.collected_data),
            ),
        )


class PlannedPrompts:
    """The prompts there were: variables as they were then, times of day included."""

    def __init__(self, plan: Plan) -> None:
        self._probes = {probe.key: probe for probe in plan.probes}

    def generate(self, given: PromptGeneratorInput) -> tuple[CodeGenerationPrompt, ...]:
        return tuple(self._prompts(given))

    def _prompts(self, given: PromptGeneratorInput) -> Iterator[CodeGenerationPrompt]:
        for objective in given.objectives:
            yield self._probes[objective.template or ""].prompt


class PlannedScripts:
    """The scripts there were, or none: what ran is run again as it was, never rewritten."""

    def __init__(self, plan: Plan) -> None:
        self._probes = {probe.key: probe for probe in plan.probes}

    def generate(self, given: CodeGeneratorInput) -> CodeGeneratorOutput:
        """The script with the policy it had.

        Raises:
            RefusedError: the plan has no such probe.
        """
        planned = self._probes.get(probe_key_of(given.prompt))
        if planned is None:
            raise RefusedError(f"The inspection that is run again ran no {given.prompt.template}.")
        if given.feedback and not given.feedback[-1].temporary:
            last = given.feedback[-1]
            return CodeGeneratorOutput(
                abandoned=f"It is run as it was or not at all, and so it failed ({last.code}: {last.message})."
            )
        return CodeGeneratorOutput(
            script=planned.probe.script,
            dependencies=planned.probe.dependencies,
            policy=planned.probe.policy,
            template=planned.probe.template,
            variables=planned.variables,
        )
