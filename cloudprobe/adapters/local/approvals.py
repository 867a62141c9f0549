"""Approvals as files, one each, in the data folder; and ``Approver`` over them and whoever sits at the terminal."""

import builtins
import json
import logging
import os
import pwd
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from pydantic import ValidationError

from cloudprobe.adapters.local import disk
from cloudprobe.domain.approval import Approval, ApprovalMode, ApprovalRequest
from cloudprobe.errors import ApprovalNeededError, StateCorruptedError, UsageError
from cloudprobe.guard.policy import digest
from cloudprobe.guard.subset import allows_no_more
from cloudprobe.ports import Clock
from cloudprobe.steps.approve import described

log = logging.getLogger(__name__)
Ask = Callable[[ApprovalRequest], bool]
_RANK = {"metadata": 0, "logs": 1, "data": 2}


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredApproval:
    """A file with an approval, or with what is left of one."""

    path: Path
    approval: Approval | None
    """None where it cannot be read."""
    damage: str = ""
    """Why it approves nothing although nobody revoked it; empty for a sound one."""


class FileApprovals:
    """What was approved, by whom and when. An approval that cannot be read, or was changed, approves nothing.

    Args:
        folder: made when first written to.
        clock: for when.
    """

    def __init__(self, folder: Path, *, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    def stored(self) -> builtins.list[StoredApproval]:
        """Every file, oldest first, those last that cannot be read."""
        found = [_stored(path) for path in sorted(self._folder.glob("*.json"))] if self._folder.is_dir() else []
        return sorted(found, key=lambda one: (one.approval is None, one.approval.when if one.approval else ""))

    def list(self) -> builtins.list[Approval]:
        """What is sound, oldest first, revoked ones too."""
        found = []
        for one in self.stored():
            if one.damage:
                log.warning("The approval %s approves nothing: %s.", one.path, one.damage)
            elif one.approval is not None:
                found.append(one.approval)
        return found

    def add(self, request: ApprovalRequest) -> Approval:
        approval = Approval(
            id=os.urandom(6).hex(),
            who=user(),
            when=self._now(),
            account=request.account,
            data_class=request.data_class,
            policy=request.policy,
            policy_digest=request.policy_digest,
            inspection_id=request.inspection_id,
            once=request.mode == "always",
        )
        disk.write_new(self._path(approval.id), approval.model_dump_json(indent=2).encode())
        return approval

    def revoke(self, identifier: str) -> Approval:
        """Take one back; one that was is left as it is.

        Raises:
            UsageError: there is no such approval.
        """
        stored = next((one for one in self.stored() if one.path == self._path(identifier)), None)
        if stored is None:
            raise UsageError(f"There is no approval {identifier!r}.", hint="See `cloudprobe approvals list`.")
        found = stored.approval
        if found is None or found.id != identifier:
            raise UsageError(
                f"The approval {identifier!r} is damaged, and approves nothing: {stored.damage}.",
                hint=f"Delete {stored.path}.",
            )
        if found.revoked:
            return found
        revoked = found.model_copy(update={"revoked": self._now(), "revoked_by": user()})
        disk.write(self._path(identifier), revoked.model_dump_json(indent=2).encode())
        return revoked

    def covering(self, request: ApprovalRequest) -> Approval | None:
        """The approval under which a request passes by itself."""
        return next((one for one in self.list() if _covers(one, request)), None)

    def _path(self, identifier: str) -> Path:
        return self._folder / f"{identifier}.json"

    def _now(self) -> str:
        return self._clock.now().isoformat(timespec="seconds")


def _stored(path: Path) -> StoredApproval:
    try:
        approval = Approval.model_validate_json(path.read_bytes())
    except OSError as error:
        return StoredApproval(path=path, approval=None, damage=f"it cannot be read ({error.strerror})")
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the document"
        return StoredApproval(path=path, approval=None, damage=f"it is no approval ({where}: {first['msg']})")
    damage = ""
    if digest(approval.policy) != approval.policy_digest:
        damage = "its policy is not the one that was approved"
    elif approval.id != path.stem:
        damage = f"it is a copy of {approval.id}"
    return StoredApproval(path=path, approval=approval, damage=damage)


def _covers(approval: Approval, request: ApprovalRequest) -> bool:
    if approval.revoked or approval.account != request.account:
        return False
    if _RANK[approval.data_class] < _RANK[request.data_class]:
        return False
    if request.mode == "always" or approval.once:
        same = approval.inspection_id == request.inspection_id and approval.policy_digest == request.policy_digest
        return same and approval.policy == request.policy
    return allows_no_more(request.policy, approval.policy)


class LocalApprover:
    """Passes what was approved, asks about the rest where somebody can answer, else says how to approve.

    Args:
        approvals: what was.
        ask: shows a request and returns the answer; None where nobody can be asked.
        digests: SHA-256 of policies that the command line approves by name.
        override: instead of the mode the inspection began with.
    """

    def __init__(
        self,
        approvals: FileApprovals,
        *,
        ask: Ask | None = None,
        digests: Collection[str] = (),
        override: ApprovalMode | None = None,
    ) -> None:
        self._approvals = approvals
        self._ask = ask
        self._digests = frozenset(digests)
        self._override = override

    def decide(self, request: ApprovalRequest) -> bool:
        if self._override is not None:
            request = request.model_copy(update={"mode": self._override})
        if request.mode == "never" or not request.policy.get("Statement"):
            return True
        if self._approvals.covering(request) is not None:
            return True
        if request.policy_digest in self._digests:
            self._approvals.add(request)
            return True
        if self._ask is None:
            raise _needed(request)
        if not self._ask(request):
            return False
        self._approvals.add(request)
        return True


def _needed(request: ApprovalRequest) -> ApprovalNeededError:
    named = ", ".join(one.action for one in request.actions)
    more = (
        f" It is a new class of action (service and tier: {', '.join(request.new_classes)})."
        if request.new_classes
        else ""
    )
    reasons = f" Before it: {'; '.join(request.because)}." if request.new_classes and request.because else ""
    return ApprovalNeededError(
        f"The policy {request.policy_digest} of inspection {request.inspection_id} has to be approved for "
        f"account {request.account}: {named}, data "
        f"class {request.data_class}.{more}{reasons} Nothing was granted.",
        hint=f"See and approve it with `cloudprobe approve {request.inspection_id}`, then `cloudprobe resume "
        f"{request.inspection_id}`; or at once: `cloudprobe resume {request.inspection_id} --approve-policy "
        f"{request.policy_digest}`.",
    )


def user() -> str:
    """Who runs this process, by the system's word and not by a variable's."""
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:
        return f"uid {os.getuid()}"


def read_request(data: bytes, key: str) -> ApprovalRequest:
    """A request that a stopped inspection left. What it allows is told anew from its policy, not believed.

    Raises:
        StateCorruptedError: it cannot be read, or its policy is not the one that was asked for.
    """
    try:
        request = ApprovalRequest.model_validate(json.loads(data))
    except ValueError as error:
        raise StateCorruptedError(
            f"The stored request {key} cannot be read.", hint="Ask the question again."
        ) from error
    if digest(request.policy) != request.policy_digest:
        raise StateCorruptedError(
            f"The policy of the stored request {key} was changed after it was asked for.",
            hint="Nothing was approved. Find out who can write to the data folder, then ask the question again.",
        )
    return request.model_copy(update={"actions": tuple(described(request.policy))})
