"""Runs each granted probe once; a run that finished before a crash is not repeated."""

from cloudprobe.domain.agents import CodeExecutorInput, CodeExecutorOutput, CollectedRun
from cloudprobe.domain.feedback import feedback_of
from cloudprobe.domain.probe import Coverage, Severity
from cloudprobe.domain.run import RunOutcome, RunRequest, RunStatus
from cloudprobe.domain.state import StateUpdate, WorkflowState, settings_of, work_of, work_update
from cloudprobe.domain.work import WorkItem, WorkStatus
from cloudprobe.errors import AccessError, CloudprobeError, InspectionInterruptedError, TemporaryError
from cloudprobe.ports import Ports
from cloudprobe.steps import missing_access
from cloudprobe.steps.accounts import side_by_side, spans_accounts, without_access
from cloudprobe.steps.artifacts import encode, load, outcome_key
from cloudprobe.steps.signed_off import signed_off


def execute(state: WorkflowState, ports: Ports) -> StateUpdate:
    """Run the granted probes: one after another, and those of several accounts side by side.

    Raises:
        InspectionInterruptedError: a run was cancelled; nothing of it is kept.
    """
    settings, granted = settings_of(state), work_of(state, WorkStatus.GRANTED)
    ended = side_by_side(settings, lambda item: _attempt(item, state, ports), granted)
    done = [(item, output) for item, output in ended if isinstance(output, CodeExecutorOutput)]
    unreached = [without_access(item, error) for item, error in ended if isinstance(error, CloudprobeError)]
    runs = [_collected(item, output.outcome) for item, output in done]
    return StateUpdate(
        work=work_update([_after(item, output, state) for item, output in done] + unreached),
        collected_data=[run.model_dump(mode="json") for run in runs],
        agent_outputs={
            f"{state['current_iteration']}/{state['attempt']}/code_executor": [
                output.model_dump(mode="json", exclude={"outcome": {"result", "log"}}) for _, output in done
            ]
        },
    )


def _attempt(item: WorkItem, state: WorkflowState, ports: Ports) -> CodeExecutorOutput | CloudprobeError:
    """What came of the run; of several accounts, also why one could not be entered."""
    try:
        return _execute(item, state, ports)
    except (AccessError, TemporaryError) as error:
        if not spans_accounts(settings_of(state)):
            raise
        return error


def _execute(item: WorkItem, state: WorkflowState, ports: Ports) -> CodeExecutorOutput:
    key = outcome_key(item.run_id)
    if ports.artifacts.exists(key):
        outcome = load(RunOutcome, key, ports.artifacts)
        return CodeExecutorOutput(outcome=outcome, feedback=feedback_of(outcome))
    settings = settings_of(state)
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
                wall_seconds=settings.wall_seconds,
            ),
            attempt=item.attempt,
        )
    )
    if output.outcome.status is RunStatus.CANCELLED:
        raise InspectionInterruptedError(
            "The inspection was stopped while a probe was running.",
            hint=f"Carry on with `cloudprobe resume {state['inspection_id']}`.",
        )
    output = output.model_copy(update={"outcome": _of_account(output.outcome, item.account)})
    ports.artifacts.put_once(key, encode(output.outcome))
    return output


def _of_account(outcome: RunOutcome, account: str) -> RunOutcome:
    result = outcome.result.of_account(account) if outcome.result else None
    return outcome.model_copy(update={"account": account, "result": result})


def _after(item: WorkItem, output: CodeExecutorOutput, state: WorkflowState) -> WorkItem:
    """A run that was denied what its code needs is made again with it, even where the script went on without."""
    settings, outcome = settings_of(state), output.outcome
    retry_left = state["attempt"] - 1 < settings.max_retries
    lacking = missing_access.feedback(outcome, item, settings) if retry_left else ()
    succeeded = outcome.status is RunStatus.SUCCEEDED and not lacking
    return item.model_copy(
        update={
            "status": WorkStatus.SUCCEEDED if succeeded else WorkStatus.FAILED,
            "feedback": (*item.feedback, *output.feedback, *lacking),
            "supplement": item.supplement or (missing_access.missing(outcome, item, settings) if lacking else ()),
        }
    )


def _collected(item: WorkItem, outcome: RunOutcome) -> CollectedRun:
    result = outcome.result
    severities = [finding.severity for finding in result.findings] if result else []
    error = outcome.error
    return CollectedRun(
        run_id=outcome.run_id,
        account=item.account,
        iteration=item.iteration,
        template=item.prompt.template if item.prompt.library else "",
        variables=item.prompt.variables,
        status=outcome.status,
        summary=result.summary if result else "",
        undecided=result.undecided if result else False,
        findings={severity: severities.count(severity) for severity in Severity if severity in severities},
        resources=len(result.resources) if result else 0,
        coverage=result.coverage if result else Coverage(),
        next=result.next if result else (),
        access=outcome.access,
        denials=outcome.denials,
        policy_excess=item.policy_excess,
        usage=outcome.usage,
        error=error.message if error else (f"The limit {outcome.limit!r} was reached." if outcome.limit else ""),
        outcome_key=outcome_key(outcome.run_id),
    )
