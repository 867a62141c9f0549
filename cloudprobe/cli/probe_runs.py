"""``probe run`` and ``probe replay``: one script, its result, and what it was granted, used and denied."""

import json as jsonlib
import shutil
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from cloudprobe.adapters.aws.access import AccountAccess
from cloudprobe.adapters.aws.regions import check_region
from cloudprobe.adapters.local.clock import SystemClock
from cloudprobe.adapters.local.denials import explained_by
from cloudprobe.bootstrap import Account, open_account
from cloudprobe.cli.probing import Wanted, judged, read_policy, read_script, read_variables
from cloudprobe.cli.stopping import stop_requested
from cloudprobe.cli.writing import print_text
from cloudprobe.config import Config
from cloudprobe.domain.run import Denial
from cloudprobe.domain.text import printable, shortened
from cloudprobe.errors import RefusedError, StateCorruptedError, UnansweredError, UsageError
from cloudprobe.guard.given_policy import check_given, operations_under
from cloudprobe.guard.policy import allowed_actions, compare, digest, policy_of, script_digest
from cloudprobe.guard.source import Unreadable
from cloudprobe.guard.tidy import tidy
from cloudprobe.guard.validation import Verdict
from cloudprobe.local.probe_run import SingleRun, run_single, with_any_output
from cloudprobe.sandbox import recording_file, runner
from cloudprobe.sandbox.dependencies import inline
from cloudprobe.sandbox.execution import Execution, Status
from cloudprobe.sandbox.limits import Limits
from cloudprobe.sandbox.permit import Permit
from cloudprobe.sandbox.recording import Recording

_EXIT_CODES = {Status.SUCCEEDED: 0, Status.FAILED: 4, Status.LIMITED: 4, Status.REFUSED: 3, Status.CANCELLED: 130}
_MOST_ERRORS = 5
_WHOLE = frozenset({Status.SUCCEEDED.value, Status.FAILED.value})
"""Runs that came to their own end: a limit of the machine may let a replay get further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Told:
    """A run, and what is known of it beyond its execution."""

    execution: Execution
    order: SingleRun
    account: str
    record: Path | None
    denials: tuple[Denial, ...]
    fragment: bool = False
    same: bool | None = None
    """Whether a replay printed what the run printed; None where that cannot be said."""

    @property
    def exit_code(self) -> int:
        return UnansweredError.exit_code if self.same is False else _EXIT_CODES[self.execution.status]

    @property
    def granted_actions(self) -> tuple[str, ...]:
        return tuple(sorted(allowed_actions(self.order.policy)))

    @property
    def excess(self) -> tuple[str, ...]:
        """What the policy allows and no operation in the code needs; all of it, where the code cannot be read."""
        try:
            needed = allowed_actions(policy_of(self.order.script))
        except (SyntaxError, ValueError, RecursionError):  # run without the guard's verdict
            needed = ()
        return compare(self.order.policy, needed).excess


@dataclass(frozen=True, slots=True, kw_only=True)
class RunOptions:
    policy: str | None = None
    """File of a policy to grant instead of the derived one."""
    record: Path | None = None
    world: str = ""
    region: str = ""
    wall_seconds: float = 120.0
    static_checks: bool = True


def run(script: str, wanted: Wanted, options: RunOptions, *, json: bool, log_level: str | None) -> int:
    """The run's exit code: 0 succeeded, 4 failed or limited, 130 interrupted.

    Raises:
        RefusedError: the guard, the ceiling or the sandbox says no; nothing was granted.
        UsageError: an option does not fit.
        AccessError: the account cannot be reached.
    """
    if not options.static_checks and options.policy is None:
        raise UsageError("--no-static-checks leaves open what the script may call.", hint="Say it with --policy FILE.")
    if options.region:
        check_region(options.region)
    source, given = read_script(script), read_policy(options.policy) if options.policy else None
    variables = read_variables(wanted.variables)
    with _recorded(options.record) as folder, open_account(options.world, Config.read(log_level=log_level)) as account:
        access = next(iter(account.accesses.values()))
        order = _order(source, wanted, options, account=account, given=given, variables=variables)
        about = {"permit": order.permit.to_json(), "variables": variables, "policy": order.policy}
        recording_file.begin(folder, about)
        with stop_requested() as cancel:
            execution = with_any_output(run_single(order, access, clock=SystemClock(), folder=folder, cancel=cancel))
        told = _Told(
            execution=execution,
            order=order,
            account=access.account,
            record=options.record,
            denials=_denials(execution, order, Recording.load(folder), access=access),
        )
        if options.record is not None:
            recording_file.pack(folder, options.record)
    _tell(told, json=json)
    return told.exit_code


def replay(script: str, recording: Path, variables: str | None, *, json: bool) -> int:
    """The replay's exit code, as of the run; 4 where it printed something else than the run.

    Raises:
        RefusedError: the recording is of another script.
        UnansweredError: it is none or damaged, or the script asked what it does not hold.
    """
    source = read_script(script)
    if not recording.exists():
        raise UsageError(f"There is no recording {recording}.", hint="`probe run --record FILE` writes one.")
    with _readable(), recording_file.opened(recording) as found, stop_requested() as cancel:
        order = _recorded_order(source, found.about, given=None if variables is None else read_variables(variables))
        execution = _replayed(order, found, cancel)
        told = _Told(
            execution=execution,
            order=order,
            account=order.permit.accounts[0] if order.permit.accounts else "",
            record=recording,
            denials=_denials(execution, order, found.recording),
            fragment=not found.recording.ended,
            same=_same(execution, order, found) if execution.status is not Status.CANCELLED else None,
        )
    _tell(told, json=json)
    return told.exit_code


def _same(execution: Execution, order: SingleRun, found: recording_file.OpenedRecording) -> bool | None:
    """Whether a replay is its run again; None for other variables, and where there is no whole run to compare with."""
    recording = found.recording
    if order.variables != found.about["variables"] or recording.ended not in _WHOLE:
        return None
    if recording.result_digest is None:  # written before recordings said so
        return None
    return (recording.ended, recording.result_digest) == (execution.status.value, execution.result_digest)


def _denials(
    execution: Execution, order: SingleRun, recording: Recording, *, access: AccountAccess | None = None
) -> tuple[Denial, ...]:
    if not order.permit.accounts:
        return ()
    path = access.path if access is not None else "role"
    return explained_by(execution, order.permit, policy=order.policy, calls=recording, path=path)


@contextmanager
def _readable() -> Iterator[None]:
    """What is damaged outside of our own data is no failure of ours: there is just nothing to be known from it."""
    try:
        yield
    except StateCorruptedError as error:
        raise UnansweredError(
            error.message, hint="Nothing can be replayed from it: take another copy, or record the run again."
        ) from error


def _order(
    source: str | Unreadable,
    wanted: Wanted,
    options: RunOptions,
    *,
    account: Account,
    given: dict[str, Any] | None,
    variables: dict[str, Any],
) -> SingleRun:
    inspected = account.inspected[0]
    verdict = judged(source, wanted, accounts=(inspected,))
    if given is not None:
        check_given(given, account=inspected, data_class=wanted.data_class)
    if options.static_checks:
        _refuse(verdict)
        if given is None:
            _refuse_all_content(verdict)
    if isinstance(source, Unreadable):
        raise RefusedError(source.finding.message, hint=source.finding.hint)
    return SingleRun(
        script=verdict.script if options.static_checks else source,
        variables=variables,
        permit=_permit(verdict, source, wanted, options, account=inspected, given=given),
        policy=verdict.policy if given is None else given,
        region=options.region or account.identity.region,
        limits=Limits(wall_seconds=options.wall_seconds),
    )


def _permit(
    verdict: Verdict,
    source: str,
    wanted: Wanted,
    options: RunOptions,
    *,
    account: str,
    given: dict[str, Any] | None,
) -> Permit:
    if given is None:
        if verdict.permit is None:
            raise RuntimeError("an accepted script without a permit")  # a bug of ours: the guard leaves none
        return verdict.permit
    if verdict.permit is not None and options.static_checks:
        derived = [(one.service, one.operation) for one in verdict.permit.operations]
        operations = operations_under(given, wanted.data_class, of=derived)
        return replace(verdict.permit, operations=operations, policy_digest=digest(given))
    return Permit(
        operations=operations_under(given, wanted.data_class),
        accounts=(account,),
        data_class=wanted.data_class,
        script_digest=script_digest(source),
        policy_digest=digest(given),
        dependencies=inline.pins(source),
    )


def _refuse(verdict: Verdict) -> None:
    if verdict.accepted:
        return
    errors = [one for one in verdict.findings if one.severity == "error"]
    said = " ".join(f"line {one.line}: {one.message}" for one in errors[:_MOST_ERRORS])
    raise RefusedError(f"The script was not accepted, so nothing was granted or run. {said}", hint=errors[0].hint)


def _refuse_all_content(verdict: Verdict) -> None:
    content = [one.action for one in verdict.actions if one.tier == "data" and one.resources == ("*",)]
    if content:
        raise RefusedError(
            f"The script reads content ({', '.join(content)}), and its code does not tell of which resource.",
            hint="Name what may be read, once for each: --data-resource ARN.",
        )


def _recorded_order(source: str | Unreadable, about: dict[str, Any], *, given: dict[str, Any] | None) -> SingleRun:
    if isinstance(source, Unreadable):
        raise RefusedError(source.finding.message, hint=source.finding.hint)
    try:
        permit = Permit.from_json(about["permit"])
        variables, policy = about["variables"], about["policy"]
    except (KeyError, TypeError, RefusedError) as error:
        raise StateCorruptedError(f"The recording does not say what its run was permitted: {error}.") from error
    script = source if script_digest(source) == permit.script_digest else tidy(source)[0]
    return SingleRun(
        script=script, variables=variables if given is None else given, permit=permit, policy=policy, region=""
    )


def _replayed(order: SingleRun, found: recording_file.OpenedRecording, cancel: threading.Event) -> Execution:
    if found.recording.header.get("script_digest") != script_digest(order.script):
        raise RefusedError("The recording is of another script.", hint="Replay it with the script it was made by.")
    try:
        return with_any_output(
            runner.replay(order.script, order.variables, permit=order.permit, recording=found.recording, cancel=cancel)
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:  # a recording that somebody made up
        raise StateCorruptedError(f"The recording is damaged: {type(error).__name__}: {error}.") from error


@contextmanager
def _recorded(path: Path | None) -> Iterator[Path]:
    """Where the segments go. Beside the file they stay when this process is killed; ``probe replay`` takes them so."""
    if path is None:
        with TemporaryDirectory(prefix="cloudprobe-") as name:
            yield Path(name)
        return
    path = path.absolute()
    if path.is_dir() or not path.parent.is_dir():
        raise UsageError(f"{path} cannot be a recording's file.", hint="Name a file in a folder that is there.")
    folder = path.with_name(path.name + ".partial")
    try:
        folder.mkdir()
    except FileExistsError as error:
        raise UsageError(
            f"{folder} holds the evidence of a run that was killed.", hint="Replay it, or remove it, and run again."
        ) from error
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _tell(told: _Told, *, json: bool) -> None:
    if json:
        print_text(jsonlib.dumps(_document(told), indent=2))
        return
    result = told.execution.result
    if isinstance(result, str):
        print_text(printable(result, lines=True))
    elif result is not None:
        print_text(jsonlib.dumps(result, indent=2))
    with suppress(OSError):  # nobody may be left to read it
        sys.stderr.write("\n".join(_lines(told)) + "\n")


def _document(told: _Told) -> dict[str, Any]:
    """As ``--json`` prints it; field names are pinned (docs/probe.md)."""
    execution, order = told.execution, told.order
    budgets = order.permit.budgets
    return {
        "version": 1,
        "status": execution.status.value,
        "result": execution.result,
        "result_digest": execution.result_digest,
        "error": asdict(execution.error) if execution.error else None,
        "limit": {"name": execution.limit.value, "advice": execution.limit.advice} if execution.limit else None,
        "calls": execution.usage.calls,
        "granted": list(execution.granted),
        "used": list(execution.used),
        "denied": list(execution.denied),
        "denials": [{**denial.model_dump(mode="json"), "message": _said(execution, denial)} for denial in told.denials],
        "hidden": list(execution.hidden),
        "limits": {**asdict(order.limits), "calls": budgets.calls, "response_bytes": budgets.response_bytes},
        "usage": asdict(execution.usage),
        "isolation": execution.isolation,
        "started": execution.started,
        "account": told.account,
        "data_class": order.permit.data_class,
        "policy": order.policy,
        "granted_actions": list(told.granted_actions),
        "policy_excess": list(told.excess),
        "digests": {"script": order.permit.script_digest, "policy": order.permit.policy_digest},
        "log": execution.stderr,
        "remarks": list(inline.other_versions(order.script)),
        "recording": str(told.record) if told.record else None,
        **({} if told.same is None else {"same": told.same}),
        **({"fragment": True} if told.fragment else {}),
    }


def _said(execution: Execution, denial: Denial) -> str:
    """In the words of whoever denied it first."""
    return next((one.message for one in execution.denials if one.operation == denial.operation), "")


def _lines(told: _Told) -> Iterator[str]:
    execution, usage = told.execution, told.execution.usage
    yield f"{execution.status.value}: {usage.calls} calls, {usage.wall_seconds:.2f} s, in {execution.isolation}"
    if execution.error is not None:
        where = f"line {execution.error.line}: " if execution.error.line else ""
        yield f"  {where}{execution.error.type}: {shortened(printable(execution.error.message), 500)}"
    unused = sorted(set(execution.granted) - set(execution.used))
    yield f"  granted  {shortened(', '.join(told.granted_actions), 500) or 'nothing'}"
    yield f"  used     {', '.join(execution.used) or 'nothing'}"
    if unused:
        yield f"  unneeded {shortened(', '.join(unused), 500)}"
    if told.excess:
        yield f"  excess   {len(told.excess)} in the policy that the code needs for nothing: {_some(told.excess)}"
    for denial in told.denials:
        times = f" {denial.count} times" if denial.count > 1 else ""
        said = shortened(printable(denial.explanation), 300)
        yield f"  denied   {denial.operation}{times} by {denial.cause}: {said}"
    if execution.hidden:
        yield f"  hidden   roles of cloudprobe's own, left out of answers: {len(execution.hidden)}"
    for remark in inline.other_versions(told.order.script):
        yield f"  remark   {printable(remark)}"
    yield f"  policy   {told.order.permit.policy_digest[:12]}"
    if told.fragment:
        yield "  fragment the recorded run was cut off before its end"
    if told.same is False:
        yield "  DIFFERENT what it printed, or how it ended, is not what is recorded of the run"


def _some(names: tuple[str, ...]) -> str:
    return shortened(", ".join(names), 500)
