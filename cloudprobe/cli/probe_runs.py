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

from cloudprobe.adapters.aws.regions import check_region
from cloudprobe.adapters.local.clock import SystemClock
from cloudprobe.bootstrap import Account, open_account
from cloudprobe.cli.probing import Wanted, judged, read_policy, read_script, read_variables
from cloudprobe.cli.stopping import stop_requested
from cloudprobe.cli.writing import print_text
from cloudprobe.config import Config
from cloudprobe.domain.text import printable, shortened
from cloudprobe.errors import RefusedError, StateCorruptedError, UnansweredError, UsageError
from cloudprobe.guard.given_policy import check_given, operations_under
from cloudprobe.guard.policy import digest, script_digest
from cloudprobe.guard.source import Unreadable
from cloudprobe.guard.tidy import tidy
from cloudprobe.guard.validation import Verdict
from cloudprobe.local.probe_run import SingleRun, run_single, with_any_output
from cloudprobe.sandbox import recording_file, runner
from cloudprobe.sandbox.dependencies import inline
from cloudprobe.sandbox.execution import Execution, Status
from cloudprobe.sandbox.limits import Limits
from cloudprobe.sandbox.permit import Permit

_EXIT_CODES = {Status.SUCCEEDED: 0, Status.FAILED: 4, Status.LIMITED: 4, Status.REFUSED: 3, Status.CANCELLED: 130}
_MOST_ERRORS = 5


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
        if options.record is not None:
            recording_file.pack(folder, options.record)
    _tell(execution, order, account=access.account, record=options.record, json=json)
    return _EXIT_CODES[execution.status]


def replay(script: str, recording: Path, variables: str | None, *, json: bool) -> int:
    """The replay's exit code, as of the run.

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
        fragment = not found.recording.ended
    account = order.permit.accounts[0] if order.permit.accounts else ""
    _tell(execution, order, account=account, record=recording, json=json, fragment=fragment)
    return _EXIT_CODES[execution.status]


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


def _tell(
    execution: Execution,
    order: SingleRun,
    *,
    account: str,
    record: Path | None,
    json: bool,
    fragment: bool = False,
) -> None:
    if json:
        document = _document(execution, order, account=account, record=record)
        print_text(jsonlib.dumps({**document, **({"fragment": True} if fragment else {})}, indent=2))
        return
    if isinstance(execution.result, str):
        print_text(printable(execution.result, lines=True))
    elif execution.result is not None:
        print_text(jsonlib.dumps(execution.result, indent=2))
    with suppress(OSError):  # nobody may be left to read it
        told = [
            *_lines(execution, order),
            *(["  fragment the recorded run was cut off before its end"] if fragment else []),
        ]
        sys.stderr.write("\n".join(told) + "\n")


def _document(execution: Execution, order: SingleRun, *, account: str, record: Path | None) -> dict[str, Any]:
    """As ``--json`` prints it; field names are pinned (docs/probe.md)."""
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
        "denials": [asdict(denial) for denial in execution.denials],
        "limits": {**asdict(order.limits), "calls": budgets.calls, "response_bytes": budgets.response_bytes},
        "usage": asdict(execution.usage),
        "isolation": execution.isolation,
        "started": execution.started,
        "account": account,
        "data_class": order.permit.data_class,
        "policy": order.policy,
        "digests": {"script": order.permit.script_digest, "policy": order.permit.policy_digest},
        "log": execution.stderr,
        "recording": str(record) if record else None,
    }


def _lines(execution: Execution, order: SingleRun) -> Iterator[str]:
    usage = execution.usage
    yield f"{execution.status.value}: {usage.calls} calls, {usage.wall_seconds:.2f} s, in {execution.isolation}"
    if execution.error is not None:
        where = f"line {execution.error.line}: " if execution.error.line else ""
        yield f"  {where}{execution.error.type}: {shortened(printable(execution.error.message), 500)}"
    unused = sorted(set(execution.granted) - set(execution.used))
    yield f"  used     {', '.join(execution.used) or 'nothing'}"
    if unused:
        yield f"  unneeded {shortened(', '.join(unused), 500)}"
    for denial in execution.denials:
        yield f"  denied   {denial.operation} by {denial.cause}: {shortened(printable(denial.message), 300)}"
    yield f"  policy   {order.permit.policy_digest[:12]}"
