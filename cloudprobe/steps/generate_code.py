"""One attempt: a script for every probe of the iteration that has none yet, or whose last one failed."""

from dataclasses import dataclass

from cloudprobe.domain.agents import Circumstances, CodeGeneratorInput, CodeGeneratorOutput, Feedback, Knowledge
from cloudprobe.domain.following import Followed
from cloudprobe.domain.ids import run_id
from cloudprobe.domain.state import StateUpdate, WorkflowState, work_of, work_update
from cloudprobe.domain.work import WorkItem, WorkStatus
from cloudprobe.errors import BudgetEndedError
from cloudprobe.guard.policy import script_digest
from cloudprobe.ports import ArtifactStore, Ports
from cloudprobe.steps.artifacts import encode, load, probe_key, proposal_key
from cloudprobe.steps.budgets import CODE as BUDGET
from cloudprobe.steps.following import equal_run, followed_of
from cloudprobe.steps.knowledge import circumstances_of, knowledge_of


def generate_code(state: WorkflowState, ports: Ports) -> StateUpdate:
    attempt = state["attempt"] + 1
    waiting = work_of(state, WorkStatus.PROMPTED, WorkStatus.REJECTED, WorkStatus.FAILED)
    written: dict[str, CodeGeneratorOutput] = {}
    told = _Told(
        user_request=state["user_request"],
        circumstances=circumstances_of(state),
        knowledge=knowledge_of(state, ports.artifacts),
        followed=followed_of(state, ports.artifacts),
    )
    items = [_generate(item, attempt, state["inspection_id"], ports, written=written, told=told) for item in waiting]
    reused = [run for item in items if (run := told.followed.run(item.run_id))]
    outputs = [
        item.model_dump(mode="json", include={"number", "status", "run_id", "probe_key", "feedback"}) for item in items
    ]
    return StateUpdate(
        attempt=attempt,
        work=work_update(items),
        collected_data=[
            run.model_copy(update={"iteration": state["current_iteration"]}).model_dump(mode="json") for run in reused
        ],
        agent_outputs={f"{state['current_iteration']}/{attempt}/code_generator": outputs},
    )


_UNCHANGED = Feedback(
    source="validate",
    code="unchanged",
    message="This is the script of the attempt before, which failed when it ran; it would fail again.",
    hint="Mend what the run complained of.",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """What is the same for every script of an attempt."""

    user_request: str
    circumstances: Circumstances
    knowledge: Knowledge
    followed: Followed


def _previous(item: WorkItem, artifacts: ArtifactStore) -> CodeGeneratorOutput | None:
    """What the attempt before proposed, whatever became of it."""
    if not item.run_id or not artifacts.exists(proposal_key(item.run_id)):
        return None
    return load(CodeGeneratorOutput, proposal_key(item.run_id), artifacts)


def _is_unchanged(output: CodeGeneratorOutput, given: CodeGeneratorInput) -> bool:
    """Whether what failed when it ran, and not by chance, is proposed once more."""
    last = next((entry for entry in reversed(given.feedback) if entry != _UNCHANGED), None)
    failed = last is not None and last.source == "execute" and not last.temporary
    return failed and given.previous is not None and output.script == given.previous.script


def _generate(
    item: WorkItem,
    attempt: int,
    inspection: str,
    ports: Ports,
    *,
    written: dict[str, CodeGeneratorOutput],
    told: _Told,
) -> WorkItem:
    """What is asked of several accounts in the same words is written once."""
    given = CodeGeneratorInput(
        prompt=item.prompt,
        attempt=attempt,
        feedback=item.feedback,
        previous=_previous(item, ports.artifacts),
        user_request=told.user_request,
        circumstances=told.circumstances,
        knowledge=told.knowledge,
    )
    asked = given.model_dump_json(exclude={"user_request", "circumstances", "knowledge"})
    if asked not in written:
        try:
            written[asked] = ports.code_generator.generate(given)
        except BudgetEndedError as error:  # the others may be templates, which cost nothing
            note = Feedback(source="validate", code=BUDGET, message=error.message, hint=error.hint)
            return _abandoned(item, attempt, note)
    output = written[asked]
    if output.abandoned:
        note = Feedback(source="validate", code="abandoned", message=output.abandoned)
        return _abandoned(item, attempt, note)
    if _is_unchanged(output, given):
        return item.model_copy(
            update={"status": WorkStatus.REJECTED, "attempt": attempt, "feedback": (*item.feedback, _UNCHANGED)}
        )
    if earlier := equal_run(item, output, told.followed, ports.artifacts):
        return _reused(item, attempt, earlier.run_id, output)
    run = run_id(inspection, iteration=item.iteration, attempt=attempt, number=item.number)
    ports.artifacts.put(proposal_key(run), encode(output))
    return item.model_copy(
        update={
            "status": WorkStatus.GENERATED,
            "attempt": attempt,
            "run_id": run,
            "probe_key": proposal_key(run),
            "permit_key": "",
            "script_digest": "",
            "policy_digest": "",
            "permit_digest": "",
            "grant": None,
            "revoked": False,
        }
    )


def _reused(item: WorkItem, attempt: int, run: str, output: CodeGeneratorOutput) -> WorkItem:
    """An equal probe gave its result before: it stands for this one, and nothing needs to be permitted or run."""
    return item.model_copy(
        update={
            "status": WorkStatus.SUCCEEDED,
            "attempt": attempt,
            "run_id": run,
            "probe_key": probe_key(run),
            "permit_key": "",
            "script_digest": script_digest(output.script),
        }
    )


def _abandoned(item: WorkItem, attempt: int, note: Feedback) -> WorkItem:
    return item.model_copy(
        update={"status": WorkStatus.ABANDONED, "attempt": attempt, "feedback": (*item.feedback, note)}
    )
