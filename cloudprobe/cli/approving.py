"""Approval at the command line: what is shown, how it is answered, and what was approved before."""

import json as jsonlib
import re
import select
import sys
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from cloudprobe.adapters.local.approvals import Ask, FileApprovals, LocalApprover, StoredApproval, read_request
from cloudprobe.adapters.local.clock import SystemClock
from cloudprobe.bootstrap import Workspace, open_workspace
from cloudprobe.cli.writing import print_text
from cloudprobe.config import Config
from cloudprobe.domain.approval import Approval, ApprovalMode, ApprovalRequest
from cloudprobe.domain.inspection import InspectionStatus
from cloudprobe.domain.text import printable, shortened
from cloudprobe.errors import InspectionInterruptedError, RefusedError, UsageError
from cloudprobe.guard.policy import allowed_actions
from cloudprobe.ports import Approver
from cloudprobe.steps.artifacts import approval_key

_DIGEST = re.compile(r"[0-9a-f]{64}")
_POLL_SECONDS = 0.2
_MOST_RESOURCES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Consent:
    """What the command line says about approval."""

    override: ApprovalMode | None = None
    digests: tuple[str, ...] = ()


def consent(digests: Sequence[str], *, override: ApprovalMode | None = None) -> Consent:
    """Raises UsageError for what is no whole SHA-256: a part of one may be another policy's too."""
    for one in digests:
        if not _DIGEST.fullmatch(one):
            raise UsageError(
                f"--approve-policy {shortened(one, 80)!r} is not the SHA-256 of a policy.",
                hint="Give all 64 characters, as the refusal prints them.",
            )
    return Consent(override=override, digests=tuple(digests))


def approver(
    workspace: Workspace,
    given: Consent,
    *,
    console: Console,
    paused: Callable[[], AbstractContextManager[None]],
    cancel: threading.Event,
) -> Approver:
    """Whoever sits at the terminal is asked; where there is none, nobody is."""
    ask: Ask | None = None
    if _at_terminal() and not console.quiet:

        def ask(request: ApprovalRequest) -> bool:
            with paused():
                show(request, console)
                return _answer(console, cancel)

    return LocalApprover(_approvals(workspace), ask=ask, digests=given.digests, override=given.override)


def show(request: ApprovalRequest, console: Console) -> None:
    """The short list a person decides by. Text of the account in it is marked as such."""
    console.print(Text(f"\npolicy {request.policy_digest}", style="bold"))
    console.print(Text(f"  of inspection {request.inspection_id}, account {request.account}", style="dim"))
    console.print(Text(f"  data class {request.data_class}"))
    for one in request.actions:
        listed = ", ".join(printable(resource) for resource in one.resources[:_MOST_RESOURCES])
        more = len(one.resources) - _MOST_RESOURCES
        where = "everything" if one.resources == ("*",) else listed + (f" and {more} more" if more > 0 else "")
        console.print(Text.assemble("  ", (one.action, "cyan"), f"  {one.tier}, on {where}"))
        console.print(Text(f"      {one.meaning}", style="dim"))
    if request.new_classes:
        console.print(Text(f"  new in this inspection: {', '.join(request.new_classes)}", style="bold yellow"))
        for said in request.because:
            console.print(Text(f"      before it, from the account: {printable(said)}", style="yellow"))


def approve(inspection_id: str, digests: Sequence[str], data_dir: Path | None, *, json: bool) -> int:
    """Answer what a stopped inspection asked.

    Raises:
        UsageError: it asked nothing, or something else than was named.
        RefusedError: nothing is named, and nobody can be asked.
    """
    named = consent(digests).digests
    workspace = open_workspace(Config.read(data_dir=data_dir))
    waiting = _waiting(inspection_id, workspace)
    if not waiting:
        raise UsageError(
            f"Inspection {inspection_id} waits for no approval.", hint="See `cloudprobe show` for how far it got."
        )
    if unknown := set(named) - {one.policy_digest for one in waiting}:
        raise UsageError(
            f"Inspection {inspection_id} does not ask for the policy {min(unknown)}.",
            hint=f"It asks for {', '.join(one.policy_digest for one in waiting)}.",
        )
    console = Console(stderr=True, highlight=False)
    if not named and not _at_terminal():
        for request in waiting:
            show(request, console)
        raise RefusedError(
            f"Nobody is at a terminal to approve {', '.join(one.policy_digest for one in waiting)}.",
            hint=f"Name it: `cloudprobe approve {inspection_id} --policy {waiting[0].policy_digest}`.",
        )
    approved: list[Approval] = []
    for request in waiting:
        if named and request.policy_digest not in named:
            continue
        show(request, console)
        if not named and not _answer(console, threading.Event()):
            raise RefusedError(
                f"The policy {request.policy_digest[:12]} was not approved.", hint="Nothing was granted."
            )
        approved.append(_approvals(workspace).add(request))
    if json:
        print_text(jsonlib.dumps([one.model_dump(mode="json") for one in approved], indent=2))
    else:
        print_text("\n".join(f"Approved {one.policy_digest[:12]} as {one.id}." for one in approved))
        print_text(f"Carry on with: cloudprobe resume {inspection_id}")
    return 0


def list_approvals(data_dir: Path | None, *, json: bool) -> int:
    found = _approvals(open_workspace(Config.read(data_dir=data_dir))).stored()
    if json:
        print_text(jsonlib.dumps([_document(one) for one in found], indent=2))
    elif not found:
        print_text("Nothing was approved yet. Inspections ask with --approve new, or --approve always.")
    for one in () if json else found:
        print_text("\n".join(_lines(one)))
    return 0


def _document(stored: StoredApproval) -> dict[str, Any]:
    known = stored.approval.model_dump(mode="json") if stored.approval else {}
    return {**known, "id": stored.path.stem, "file": str(stored.path), "damaged": stored.damage}


def _lines(stored: StoredApproval) -> Iterator[str]:
    one = stored.approval
    state = f"damaged, approves nothing: {printable(stored.damage)}" if stored.damage else "holds"
    if one is not None and one.revoked:
        state = f"revoked {one.revoked} by {one.revoked_by}"
    if one is None:
        yield printable(f"{stored.path.stem}  {state}")
    else:
        yield printable(f"{stored.path.stem}  {state}  policy {one.policy_digest[:12]}  by {one.who} at {one.when}")
        holds = "this inspection alone" if one.once else "equal and narrower policies"
        yield printable(f"    account {one.account}, {one.data_class}; {holds}; asked by {one.inspection_id}")
        yield printable(f"    {', '.join(allowed_actions(one.policy))}")
    if stored.damage:
        yield printable(
            f"    Somebody or something changed it. Delete {stored.path}; what it covered is asked for again."
        )


def revoke(identifier: str, data_dir: Path | None, *, json: bool) -> int:
    taken = _approvals(open_workspace(Config.read(data_dir=data_dir))).revoke(identifier)
    if json:
        print_text(jsonlib.dumps(taken.model_dump(mode="json"), indent=2))
    else:
        print_text(f"Revoked {taken.id}, policy {taken.policy_digest[:12]}.")
    return 0


def _waiting(inspection_id: str, workspace: Workspace) -> list[ApprovalRequest]:
    """What was asked of nobody, and is not approved since."""
    record = workspace.inspection(inspection_id)
    if record.status is not InspectionStatus.INTERRUPTED:
        return []
    approvals = _approvals(workspace)
    found = []
    for run in workspace.runs(inspection_id):
        key = approval_key(run)
        if workspace.artifacts.exists(key):
            request = read_request(workspace.artifacts.get(key), key)
            if approvals.covering(request) is None:
                found.append(request)
    return found


def _approvals(workspace: Workspace) -> FileApprovals:
    return FileApprovals(workspace.config.data_dir / "approvals", clock=SystemClock())


def _at_terminal() -> bool:
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def _answer(console: Console, cancel: threading.Event) -> bool:
    console.print(Text("grant it? [y/N] ", style="bold"), end="")
    while not select.select([sys.stdin], [], [], _POLL_SECONDS)[0]:
        if cancel.is_set():
            raise InspectionInterruptedError("The inspection was stopped; nothing was granted.")
    said = sys.stdin.readline()
    if not said:
        raise InspectionInterruptedError("The terminal was closed; nothing was granted.")
    return said.strip().lower() in {"y", "yes"}
