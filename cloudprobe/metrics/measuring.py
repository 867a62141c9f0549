"""From the state of an inspection, however far it got, to its numbers. What cannot be read counts nothing."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from cloudprobe.domain.agents import CollectedRun
from cloudprobe.domain.conversation import ModelCall, StopReason, TokenUsage
from cloudprobe.domain.metrics import AgentMetrics, Metrics, StepMetrics
from cloudprobe.domain.run import RunStatus
from cloudprobe.domain.spending import model_usd, unpriced
from cloudprobe.domain.work import WorkItem, WorkStatus

M = TypeVar("M", bound=BaseModel)

_MOST_KINDS = 40
"""Of failures told apart: a script may raise errors of any name, and each would be a time series somewhere."""
_KIND = re.compile(r"[A-Za-z0-9_.:-]{1,80}", re.ASCII)
OTHER = "other"


def measure(state: Mapping[str, Any], *, outcome: str = "") -> Metrics:
    """The numbers of one inspection; the step that writes its report is not among them.

    Args:
        state: ``WorkflowState``, as plain JSON.
        outcome: how it ended.
    """
    work = tuple(_models(WorkItem, [*_object(state.get("work")).values()]))
    runs = tuple(run for run in _models(CollectedRun, state.get("collected_data")) if not run.as_of)
    calls = tuple(_models(ModelCall, state.get("model_calls")))
    trace = [entry for entry in _list(state.get("trace")) if isinstance(entry, dict)]
    settings = _object(state.get("settings"))
    return Metrics(
        inspection_id=str(state.get("inspection_id", "")),
        started=str(trace[0].get("started", "")) if trace else "",
        outcome=outcome,
        brain=str(settings.get("model", "library")),
        seconds=round(sum(_number(entry.get("seconds")) for entry in trace), 4),
        run_seconds=round(sum(run.usage.wall_seconds for run in runs), 4),
        iterations=int(_number(state.get("current_iteration"))),
        probes=len(work),
        probes_succeeded=sum(item.status is WorkStatus.SUCCEEDED for item in work),
        from_templates=sum(item.prompt.library for item in work),
        attempts=sum(item.attempt for item in work),
        retries=sum(max(item.attempt - 1, 0) for item in work),
        runs=len(runs),
        runs_succeeded=sum(run.status is RunStatus.SUCCEEDED for run in runs),
        calls=sum(run.usage.calls for run in runs),
        calls_denied=sum(len(run.access.denied) for run in runs),
        policy_excess=sum(len(run.policy_excess) for run in runs),
        calls_usd=round(sum(run.usage.usd for run in runs), 12),
        model_usd=round(model_usd(calls), 12),
        unpriced=unpriced(calls),
        failures=_bounded(_failures(work, calls, _object(state.get("failure")))),
        agents=_agents(calls),
        steps=tuple(_steps(trace)),
    )


def usable(call: ModelCall) -> bool:
    """Whether an exchange gave an answer that was whole; one in the wrong shape shows in the repair after it."""
    return not call.error and call.stop in {StopReason.TOOL, StopReason.END}


def _failures(work: Iterable[WorkItem], calls: Iterable[ModelCall], failure: Mapping[str, Any]) -> Iterator[str]:
    for item in work:
        yield from (f"{note.source}:{note.code}" for note in item.feedback)
    for call in calls:
        if not usable(call):
            yield f"model:{call.error or call.stop}"
    if failure:
        yield f"{failure.get('step', '')}:{failure.get('type', '')}"


def _bounded(kinds: Iterable[str]) -> dict[str, int]:
    counts = Counter(kind if _KIND.fullmatch(kind) else OTHER for kind in kinds)
    known = dict(sorted(counts.most_common(_MOST_KINDS)))
    rest = sum(counts.values()) - sum(known.values())
    return {**known, OTHER: known.get(OTHER, 0) + rest} if rest else known


def _agents(calls: Iterable[ModelCall]) -> tuple[AgentMetrics, ...]:
    parts: dict[tuple[str, str], list[ModelCall]] = {}
    for call in calls:
        parts.setdefault((call.agent, call.model), []).append(call)
    return tuple(_agent(agent, model, had) for (agent, model), had in sorted(parts.items()))


def _agent(agent: str, model: str, calls: list[ModelCall]) -> AgentMetrics:
    return AgentMetrics(
        agent=agent,
        model=model,
        exchanges=len(calls),
        repairs=sum(call.repair > 0 for call in calls),
        seconds=tuple(call.seconds for call in calls),
        usage=sum((call.usage for call in calls), TokenUsage()),
        usd=None if unpriced(tuple(calls)) else round(model_usd(tuple(calls)), 12),
        failures=_bounded(str(call.error or call.stop) for call in calls if not usable(call)),
    )


def _steps(trace: Iterable[Mapping[str, Any]]) -> Iterator[StepMetrics]:
    seconds: dict[str, list[float]] = {}
    for entry in trace:
        seconds.setdefault(str(entry.get("step", "")), []).append(_number(entry.get("seconds")))
    for step, took in seconds.items():
        yield StepMetrics(step=step, times=len(took), seconds=round(sum(took), 4))


def _models(kind: type[M], entries: Any) -> Iterator[M]:
    for entry in _list(entries):
        try:
            yield kind.model_validate(entry)
        except ValidationError:  # the report names what of a state is damaged
            continue


def _list(value: Any) -> list[Any]:
    return list(value) if isinstance(value, list | tuple) else []


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _number(value: Any) -> float:
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else 0.0
