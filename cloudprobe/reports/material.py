"""What a state says of its inspection, as models; whatever is not there is empty."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cloudprobe.domain.agents import CollectedRun, Decision, Hypothesis, SuspectText
from cloudprobe.domain.conversation import ModelCall
from cloudprobe.domain.inspection import InspectionSettings, Outcome
from cloudprobe.domain.probe import Severity, Skipped, Suggestion
from cloudprobe.domain.report import TimelineEntry
from cloudprobe.domain.run import RunStatus
from cloudprobe.domain.state import WorkflowState
from cloudprobe.domain.work import WorkItem, WorkStatus
from cloudprobe.errors import BudgetEndedError
from cloudprobe.reports.named_things import strings
from cloudprobe.reports.stored import StoredParts
from cloudprobe.reports.values import plain


@dataclass(frozen=True, kw_only=True)
class Material:
    inspection_id: str
    question: str
    settings: InspectionSettings
    iterations: int
    """Begun so far."""
    decision: Decision | None
    failure: dict[str, Any]
    work: tuple[WorkItem, ...]
    """Of all iterations, in the order they were asked."""
    collected: tuple[CollectedRun, ...]
    gaps: tuple[Skipped, ...]
    recommendations: tuple[Suggestion, ...]
    hypotheses: tuple[Hypothesis, ...]
    suspects: tuple[SuspectText, ...]
    inventory_key: str
    timeline: tuple[TimelineEntry, ...]
    model_calls: tuple[ModelCall, ...]
    asked: frozenset[str]
    """Questions the orchestrator took up."""

    @property
    def by_library(self) -> bool:
        """No model had a word in it."""
        return self.settings.model == "library"

    @cached_property
    def final_runs(self) -> tuple[CollectedRun, ...]:
        """The last run of each probe; what an earlier attempt failed at was made good or counts there."""
        last = {item.run_id for item in self.work}
        return tuple(run for run in self.collected if run.run_id in last or not self.work)

    @cached_property
    def succeeded(self) -> tuple[CollectedRun, ...]:
        return tuple(run for run in self.final_runs if run.status is RunStatus.SUCCEEDED)

    @cached_property
    def earlier(self) -> tuple[CollectedRun, ...]:
        """Runs that earlier inspections made."""
        return tuple(run for run in self.collected if run.as_of)

    @cached_property
    def made_now(self) -> tuple[CollectedRun, ...]:
        return tuple(run for run in self.collected if not run.as_of)

    def only_cited(self, run: CollectedRun) -> bool:
        """Whether an earlier run is here because a conclusion points at it: its findings were another question's."""
        return bool(run.as_of) and run.run_id not in {item.run_id for item in self.work}

    @cached_property
    def without_result(self) -> tuple[WorkItem, ...]:
        """Probes that gave no result: failed, given up, or never run."""
        return tuple(item for item in self.work if item.status is not WorkStatus.SUCCEEDED)

    @cached_property
    def names_asked(self) -> frozenset[str]:
        """Strings that probes were given: names from the question, and those that an earlier probe came upon."""
        return frozenset(one.value for item in self.work for one in strings(item.prompt.variables))

    @property
    def stopped(self) -> str:
        """Why the inspection stopped early; empty when it did not."""
        if not self.failure:
            return ""
        message = str(self.failure.get("message") or self.failure.get("type") or "unknown")
        step = str(self.failure.get("step") or "")
        return f"Stopped at {step}: {message}" if step else message

    @property
    def budget_ended(self) -> bool:
        """What stopped it early is that the caller wanted to spend no more."""
        return self.failure.get("type") == BudgetEndedError.__name__

    @property
    def _accused(self) -> bool:
        found = (run.findings for run in self.succeeded)
        return any(n for findings in found for severity, n in findings.items() if severity is not Severity.INFO)

    @property
    def outcome(self) -> Outcome:
        """How it ended. Without a decision to complete it was cut off; without a result nothing was answered."""
        if self.budget_ended:
            return Outcome.ANSWERED if self._accused else Outcome.UNANSWERED
        if self.failure:
            return _failure_outcome(self.failure)
        decided = self.decision.outcome if self.decision else None
        if decided is None:
            return Outcome.INTERRUPTED
        if decided in _ANSWERS and not self.succeeded:
            return Outcome.UNANSWERED
        return decided


_ANSWERS = frozenset({Outcome.ANSWERED, Outcome.NOTHING_FOUND})


def read(state: WorkflowState, parts: StoredParts) -> Material:
    known: dict[str, Any] = plain(state)
    context = _object(known.get("context"))
    outputs = _object(known.get("agent_outputs"))
    work = parts.models(WorkItem, list(_object(known.get("work")).values()), "a probe's way through the loop")
    return Material(
        inspection_id=str(known.get("inspection_id", "")),
        question=str(known.get("user_request", "")),
        settings=parts.model(InspectionSettings, known.get("settings", {}), "the settings") or InspectionSettings(),
        iterations=int(known.get("current_iteration") or 0),
        decision=parts.model(Decision, known["decision"], "the decision") if known.get("decision") else None,
        failure=_object(known.get("failure")),
        work=tuple(sorted(work, key=lambda item: (item.iteration, item.number))),
        collected=parts.models(CollectedRun, known.get("collected_data"), "the summary of a run"),
        gaps=(
            *parts.models(Skipped, context.get("gaps"), "a gap"),
            *parts.models(Skipped, context.get("withheld"), "a gap"),
        ),
        recommendations=parts.models(Suggestion, context.get("recommendations"), "a recommendation"),
        hypotheses=parts.models(Hypothesis, context.get("hypotheses"), "a hypothesis"),
        suspects=parts.models(SuspectText, context.get("instructions_in_data"), "a suspect text"),
        inventory_key=str(context.get("inventory") or ""),
        timeline=parts.models(TimelineEntry, known.get("trace"), "a step of the timeline"),
        model_calls=parts.models(ModelCall, known.get("model_calls"), "an exchange with a model"),
        asked=frozenset(_asked(outputs)),
    )


def _failure_outcome(failure: dict[str, Any]) -> Outcome:
    try:
        return Outcome(str(failure.get("outcome")))
    except ValueError:
        return Outcome.FAILED


def _asked(outputs: dict[str, Any]) -> list[str]:
    decisions = [_object(_object(output).get("decision")) for key, output in outputs.items() if "orchestrator" in key]
    objectives = [o for decision in decisions for o in decision.get("objectives") or () if isinstance(o, dict)]
    return [str(objective.get("question", "")) for objective in objectives]


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}
