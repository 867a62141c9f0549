"""Runs each granted probe once; a run that finished before a crash is not repeated."""

from cloudprobe.domain.agents import CodeExecutorInput, CodeExecutorOutput, CollectedRun
from cloudprobe.domain.feedback import feedback_of
from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.run import RunOutcome, RunRequest, RunStatus
from cloudprobe.domain.state import StateUpdate, WorkflowState, settings_of, work_of, work_update
from cloudprobe.domain.work import WorkItem, WorkStatus
from cloudprobe.errors import (
    AccessError,
    BudgetEndedError,
    CloudprobeError,
    InspectionInterruptedError,
    TemporaryError,
)
from cloudprobe.ports import Ports
from cloudprobe.steps import budgets, missing_access
from cloudprobe.steps.accounts import side_by_side, spans_accounts, without_access
from cloudprobe.steps.artifacts import encode, load, outcome_key
from cloudprobe.steps.collecting import collected
from cloudprobe.steps.signed_off import signed_off


def execute(state: WorkflowState, ports: Ports) -> StateUpdate:
    """Run the granted probes: one after another, and those of several accounts side by side.

    Raises:
        InspectionInterruptedError: a run was cancelled; nothing of it is kept.
    """
    settings, granted = settings_of(state), work_of(state, WorkStatus.GRANTED)
    purse = budgets.Purse(budgets.usd_left(state), shares=len(granted) if spans_accounts(settings) else 1)
    ended = side_by_side(settings, lambda item: _attempt(item, state, ports, purse), granted)
    done = [(item, output) for item, output in ended if isinstance(output, CodeExecutorOutput)]
    rest = [_without(item, ended_in, settings) for item, ended_in in ended if isinstance(ended_in, CloudprobeError)]
    runs = [_collected(item, output.outcome) for item, output in done]
    return StateUpdate(
        work=work_update([_after(item, output, state) for item, output in done] + rest),
        collected_data=[run.model_dump(mode="json") for run in runs],
        agent_outputs={
            f"{state['current_iteration']}/{state['attempt']}/code_executor": [
                output.model_dump(mode="json", exclude={"outcome": {"result", "log"}}) for _, output in done
            ]
        },
    )


def _without(item: WorkItem, error: CloudprobeError, settings: InspectionSettings) -> WorkItem:
    if isinstance(error, BudgetEndedError):
        return budgets.not_run(item, settings)
    return without_access(item, error)


def _attempt(
    item: WorkItem, state: WorkflowState, ports: Ports, purse: budgets.Purse
) -> CodeExecutorOutput | CloudprobeError:
    """What came of the run, or that no time was left for it; of several accounts, also why one could not be entered."""
    usd = purse.take()
    spent = 0.0
    try:
        output = _execute(item, state, ports, usd=usd)
    except BudgetEndedError as error:
        return error
    except (AccessError, TemporaryError) as error:
        if not spans_accounts(settings_of(state)):
            raise
        return error
    else:
        spent = output.outcome.usage.usd
        return output
    finally:
        purse.give_back(usd, spent=spent)


def _execute(item: WorkItem, state: WorkflowState, ports: Ports, *, usd: float | None) -> CodeExecutorOutput:
    key, settings = outcome_key(item.run_id), settings_of(state)
    if ports.artifacts.exists(key):
        outcome = load(RunOutcome, key, ports.artifacts)
        cut = budgets.cut_by_budget(outcome, settings, seconds=settings.wall_seconds)
        return CodeExecutorOutput(outcome=outcome, feedback=(*feedback_of(outcome), *cut))
    seconds = _seconds(state, ports)
    probe, permit = signed_off(item, ports.artifacts)
    if item.grant is None:
        raise RuntimeError(f"{item.run_id} is granted without a grant")  # a bug of ours: no step leaves it so
    output = ports.code_executor.execute(
        CodeExecutorInput(
            request=RunRequest(
                run_id=item.run_id,
                script=probe.script,
                variables=item.prompt.variables,
                permit=permit.to_json(),
                policy=probe.policy,
                grant=item.grant,
                region=settings.home_region,
                wall_seconds=seconds,
                budget_usd=usd,
            ),
            attempt=item.attempt,
        )
    )
    if output.outcome.status is RunStatus.CANCELLED:
        raise InspectionInterruptedError(
            "The inspection was stopped while a probe was running.",
            hint=f"Carry on with `cloudprobe resume {state['inspection_id']}`.",
        )
    output = output.model_copy(
        update={
            "outcome": _of_account(output.outcome, item.account),
            "feedback": (*output.feedback, *budgets.cut_by_budget(output.outcome, settings, seconds=seconds)),
        }
    )
    ports.artifacts.put_once(key, encode(output.outcome))
    return output


def _seconds(state: WorkflowState, ports: Ports) -> float:
    """That a run may take: what is set, or what is left.

    Raises:
        BudgetEndedError: too little is left to begin.
    """
    set_, left = settings_of(state).wall_seconds, budgets.seconds_left(state, ports)
    if left is None:
        return set_
    if left < budgets.LEAST_RUN_SECONDS:
        raise BudgetEndedError("The time is spent.")
    return min(set_, left)


def _of_account(outcome: RunOutcome, account: str) -> RunOutcome:
    result = outcome.result.of_account(account) if outcome.result else None
    return outcome.model_copy(update={"account": account, "result": result})


def _after(item: WorkItem, output: CodeExecutorOutput, state: WorkflowState) -> WorkItem:
    """A run that was denied what its code needs is made again with it, even where the script went on without."""
    settings, outcome = settings_of(state), output.outcome
    retry_left = state["attempt"] - 1 < settings.max_retries
    lacking = missing_access.feedback(outcome, item, settings) if retry_left else ()
    return item.model_copy(
        update={
            "status": _status(output, lacking=bool(lacking)),
            "feedback": (*item.feedback, *output.feedback, *lacking),
            "supplement": item.supplement or (missing_access.missing(outcome, item, settings) if lacking else ()),
        }
    )


def _status(output: CodeExecutorOutput, *, lacking: bool) -> WorkStatus:
    """A run that a budget ended is not tried again: there is nothing to try it with."""
    if output.outcome.status is RunStatus.SUCCEEDED and not lacking:
        return WorkStatus.SUCCEEDED
    spent = any(note.code == budgets.CODE for note in output.feedback)
    return WorkStatus.ABANDONED if spent else WorkStatus.FAILED


def _collected(item: WorkItem, outcome: RunOutcome) -> CollectedRun:
    return collected(
        outcome,
        iteration=item.iteration,
        template=item.prompt.template if item.prompt.library else "",
        variables=item.prompt.variables,
        account=item.account,
        policy_excess=item.policy_excess,
    )
