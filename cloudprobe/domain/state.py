"""WorkflowState, and the one reducer that merges updates into it in both engines.

The reducers stand in the annotations: LangGraph reads them from the type, ``merge`` applies the same ones where no
graph runs. Values are plain JSON, so that a state is the same bytes in a checkpoint, in DynamoDB and in a test.
Merging an update twice changes nothing, because a Lambda may be invoked twice.
"""

from collections.abc import Callable
from typing import Annotated, Any, cast, get_type_hints

from typing_extensions import TypedDict  # pydantic reads typing.TypedDict only from Python 3.12 on

from cloudprobe.domain.agents import CollectedRun, Decision
from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.work import WorkItem, WorkStatus

Json = dict[str, Any]


def by_key(before: Json, update: Json) -> Json:
    """Later values win, key by key."""
    return {**before, **update}


def by_run(before: list[Json], update: list[Json]) -> list[Json]:
    """One entry a run, in the order they first appeared."""
    return list({entry["run_id"]: entry for entry in (*before, *update)}.values())


def by_id(before: list[Json], update: list[Json]) -> list[Json]:
    """One entry an ``id``, in the order they first appeared."""
    return list({entry["id"]: entry for entry in (*before, *update)}.values())


def by_place(before: list[Json], update: list[Json]) -> list[Json]:
    """One entry a place in the loop (iteration, attempt, step), in order."""
    return list({(e["iteration"], e["attempt"], e["step"]): e for e in (*before, *update)}.values())


class WorkflowState(TypedDict, total=False):
    """What an inspection knows of itself. ``collected_data`` and ``work`` carry summaries and keys, never bulk."""

    inspection_id: str
    user_request: str
    settings: Json
    """``InspectionSettings``."""
    current_iteration: int
    """Counts from 1; 0 before the first."""
    attempt: int
    """Within the iteration; counts from 1; 0 before the first."""
    step: str
    """The step that completed last."""
    decision: Json
    """``Decision``, written by the orchestrator."""
    failure: Json
    """``type``, ``message``, ``step``, ``outcome`` of an error that ended the loop; absent when none did."""
    context: Annotated[Json, by_key]
    """What is known so far: gaps, insights, data quality, the inventory's artefact key."""
    work: Annotated[Json, by_key]
    """``WorkItem`` by ``iteration/number``."""
    collected_data: Annotated[list[Json], by_run]
    """``CollectedRun``, one a run."""
    agent_outputs: Annotated[Json, by_key]
    """``iteration/attempt/agent`` to that agent's output, without bulk."""
    model_calls: Annotated[list[Json], by_id]
    """``ModelCall``, one an exchange with a language model; absent where none was had."""
    tracing: dict[str, str]
    """Headers that say where the inspection's trace goes on; absent where nothing is traced."""
    trace: Annotated[list[Json], by_place]
    """``step``, ``iteration``, ``attempt``, ``started`` (ISO 8601, UTC), ``seconds``, ``note``."""


StateUpdate = WorkflowState
"""A partial state; what it does not name stays as it is."""

_REDUCERS: dict[str, Callable[[Any, Any], Any]] = {
    name: hint.__metadata__[0]
    for name, hint in get_type_hints(WorkflowState, include_extras=True).items()
    if hasattr(hint, "__metadata__")
}


def initial_state(inspection_id: str, user_request: str, settings: InspectionSettings) -> WorkflowState:
    return WorkflowState(
        inspection_id=inspection_id,
        user_request=user_request,
        settings=settings.model_dump(mode="json"),
        current_iteration=0,
        attempt=0,
        step="",
        context={},
        work={},
        collected_data=[],
        agent_outputs={},
        trace=[],
    )


def merge(state: WorkflowState, update: StateUpdate) -> WorkflowState:
    """A new state; neither argument changes."""
    merged: Json = dict(state)
    for name, value in update.items():
        reducer = _REDUCERS.get(name)
        merged[name] = reducer(merged[name], value) if reducer and name in merged else value
    return cast("WorkflowState", merged)


def settings_of(state: WorkflowState) -> InspectionSettings:
    return InspectionSettings.model_validate(state["settings"])


def decision_of(state: WorkflowState) -> Decision:
    return Decision.model_validate(state["decision"])


def collected_of(state: WorkflowState) -> tuple[CollectedRun, ...]:
    return tuple(CollectedRun.model_validate(entry) for entry in state["collected_data"])


def work_of(state: WorkflowState, *statuses: WorkStatus) -> tuple[WorkItem, ...]:
    """This iteration's items, by number; only those in one of the statuses where any is named."""
    items = (WorkItem.model_validate(item) for item in state["work"].values())
    current = [item for item in items if item.iteration == state["current_iteration"]]
    return tuple(sorted((i for i in current if not statuses or i.status in statuses), key=lambda i: i.number))


def work_update(items: tuple[WorkItem, ...] | list[WorkItem]) -> Json:
    return {item.key: item.model_dump(mode="json") for item in items}
