"""What a trace shows of each step: prompts, code, verdicts, results, state changes, errors. Summaries, never bulk."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from cloudprobe.domain.agents import CodeGeneratorOutput
from cloudprobe.domain.report import Report
from cloudprobe.domain.run import RunOutcome
from cloudprobe.domain.state import StateUpdate, WorkflowState, merge
from cloudprobe.domain.transitions import Step
from cloudprobe.domain.work import WorkItem, WorkStatus
from cloudprobe.errors import CloudprobeError
from cloudprobe.ports import Ports, Span
from cloudprobe.steps.artifacts import load, outcome_key, probe_key, proposal_key, report_key

_ANSWERED = frozenset({"answered", "nothing_found"})


@contextmanager
def traced(step: Step, state: WorkflowState, ports: Ports) -> Iterator["StepTrace"]:
    """The step as a part of the inspection's trace; of no effect where nothing is traced."""
    if ports.tracer is None:
        yield StepTrace(ports=ports)
        return
    headers = state.get("tracing") or _begin(state, ports)
    place = {"iteration": state["current_iteration"], "attempt": state["attempt"]}
    metadata = {"inspection_id": state["inspection_id"], **place}
    with ports.tracer.span(step.value, inputs=_inputs(step, state), headers=headers, metadata=metadata) as span:
        trace = StepTrace(ports=ports, span=span, headers=dict(headers), step=step)
        yield trace
    if step is Step.PROCESS_RESULTS:
        trace.close()


class StepTrace:
    """One step while it is traced."""

    def __init__(
        self,
        *,
        ports: Ports,
        span: Span | None = None,
        headers: dict[str, str] | None = None,
        step: Step = Step.END,
    ) -> None:
        self._ports = ports
        self._span = span
        self._headers = headers or {}
        self._step = step
        self._state: WorkflowState | None = None

    def ended(self, state: WorkflowState, update: StateUpdate) -> StateUpdate:
        """The step's update, which carries the trace on."""
        if self._span is None:
            return update
        self._state = merge(state, update)
        self._span.outputs = _outputs(self._step, self._state, update, self._ports)
        return StateUpdate(**{**update, "tracing": self._headers})

    def close(self) -> None:
        """End the trace with what the report says, and score it."""
        if self._ports.tracer is None or self._state is None:
            return
        report = load(Report, report_key(self._state["inspection_id"]), self._ports.artifacts)
        self._ports.tracer.end(
            self._headers,
            outputs={
                "outcome": report.outcome.value,
                "answer": report.answer,
                "confidence": report.confidence.level,
                "findings": [f"{finding.severity}: {finding.title}" for finding in report.findings[:50]],
                "cost": report.cost.model_dump(mode="json"),
                "seconds": report.seconds,
            },
            error=report.failure,
            scores=scores(report),
        )


def scores(report: Report) -> Mapping[str, float]:
    """How an inspection did, by names that stay: ``answered`` and ``cited_share`` from 0 to 1, the rest are counts."""
    said = [claim.verified for claim in report.claims] + [finding.verified for finding in report.findings]
    return {
        "answered": float(report.outcome.value in _ANSWERED),
        "cited_share": sum(said) / len(said) if said else 1.0,
        "retries": float(len(report.attempts)),
        "policy_excess": float(report.access.policy_excess),
    }


def _begin(state: WorkflowState, ports: Ports) -> Mapping[str, str]:
    settings = state["settings"]
    shown = {name: settings.get(name) for name in ("model", "regions", "data_class", "max_iterations", "max_retries")}
    inputs = {"question": state["user_request"], "inspection_id": state["inspection_id"], "settings": shown}
    tags = ("cloudprobe", str(settings.get("model", "")))
    return ports.tracer.begin("inspection", inputs=inputs, tags=tags) if ports.tracer else {}


def _inputs(step: Step, state: WorkflowState) -> dict[str, Any]:
    inputs: dict[str, Any] = {"question": state["user_request"]}
    if step is Step.GENERATE_PROMPT:
        inputs["decision"] = state.get("decision")
    if step in _WITH_WORK:
        current = [item for item in state["work"].values() if item["iteration"] == state["current_iteration"]]
        inputs["work"] = [_work(item) for item in current]
    return inputs


_WITH_WORK = frozenset({Step.GENERATE_CODE, Step.VALIDATE, Step.APPROVE, Step.GRANT, Step.EXECUTE, Step.REVOKE})


def _work(item: Mapping[str, Any]) -> dict[str, Any]:
    prompt = item["prompt"]
    return {
        "probe": prompt.get("description") or prompt.get("template"),
        "status": item["status"],
        "run_id": item["run_id"],
        "feedback": item["feedback"],
    }


def _outputs(step: Step, state: WorkflowState, update: StateUpdate, ports: Ports) -> dict[str, Any]:
    changed = [WorkItem.model_validate(item) for item in update.get("work", {}).values()]
    outputs: dict[str, Any] = {
        "state_changes": sorted(name for name in update if name != "trace"),
        "work": [_work(item.model_dump(mode="json")) for item in changed],
    }
    match step:
        case Step.GENERATE_CODE:
            outputs["code"] = [_code(item, ports) for item in changed if item.status is WorkStatus.GENERATED]
        case Step.VALIDATE:
            outputs["verdicts"] = [_verdict(item, ports) for item in changed]
        case Step.EXECUTE:
            outputs["results"] = [_result(item, ports) for item in changed if item.run_id]
        case Step.ORCHESTRATE:
            outputs["decision"] = state.get("decision")
        case Step.GENERATE_PROMPT | Step.ANALYZE:
            outputs["agent_outputs"] = update.get("agent_outputs")
        case Step.AGGREGATE:
            outputs["inventory"] = update.get("context", {}).get("inventory_counts")
        case _:
            pass
    return outputs


def _code(item: WorkItem, ports: Ports) -> dict[str, Any]:
    try:
        proposal = load(CodeGeneratorOutput, proposal_key(item.run_id), ports.artifacts)
    except CloudprobeError as error:
        return {"run_id": item.run_id, "missing": error.message}
    return {"run_id": item.run_id, **proposal.model_dump(mode="json", include={"script", "dependencies", "policy"})}


def _verdict(item: WorkItem, ports: Ports) -> dict[str, Any]:
    return {
        "run_id": item.run_id,
        "accepted": item.status is WorkStatus.VALIDATED,
        "actions": item.actions,
        "policy_excess": item.policy_excess,
        "script_digest": item.script_digest,
        "policy_digest": item.policy_digest,
        "signed_off": ports.artifacts.exists(probe_key(item.run_id)),
        "feedback": [entry.model_dump(mode="json") for entry in item.feedback if entry.source == "validate"],
    }


def _result(item: WorkItem, ports: Ports) -> dict[str, Any]:
    try:
        outcome = load(RunOutcome, outcome_key(item.run_id), ports.artifacts)
    except CloudprobeError as error:
        return {"run_id": item.run_id, "missing": error.message}
    shown = outcome.model_dump(
        mode="json", include={"run_id", "status", "limit", "usage", "access", "denials", "error"}
    )
    if outcome.result is not None:
        shown["result"] = outcome.result.model_dump(mode="json", exclude={"resources"})
        shown["resources"] = len(outcome.result.resources)
    return shown
