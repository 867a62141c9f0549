"""Approvals as files, one each, in the data folder; and ``Approver`` over them and whoever sits at the terminal."""

import json
import logging
import os
import pwd
from collections.abc import Callable, Collection
from pathlib import Path

from pydantic import ValidationError

from cloudprobe.adapters.local import disk
from cloudprobe.domain.approval import Approval, ApprovalMode, ApprovalRequest
from cloudprobe.errors import ApprovalNeededError, StateCorruptedError, UsageError
from cloudprobe.guard.policy import digest
from cloudprobe.guard.subset import allows_no_more
from cloudprobe.ports import Clock

log = logging.getLogger(__name__)
Ask = Callable[[ApprovalRequest], bool]
_RANK = {"metadata": 0, "logs": 1, "data": 2}


class FileApprovals:
    """What was approved, by whom and when. An approval that cannot be read approves nothing.

    Args:
        folder: made when first written to.
        clock: for when.
    """

    def __init__(self, folder: Path, *, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock

    def list(self) -> list[Approval]:
        """Oldest first, revoked ones too."""
        found = []
        for path in sorted(self._folder.glob("*.json")) if self._folder.is_dir() else ():
            try:
                found.append(Approval.model_validate_json(path.read_bytes()))
            except (OSError, ValidationError) as error:
                log.warning("The approval %s cannot be read, so it approves nothing: %s", path, error)
        return sorted(found, key=lambda one: (one.when, one.id))

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
        found = next((one for one in self.list() if one.id == identifier), None)
        if found is None:
            raise UsageError(f"There is no approval {identifier!r}.", hint="See `cloudprobe approvals list`.")
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


def _covers(approval: Approval, request: ApprovalRequest) -> bool:
    if approval.revoked or approval.account != request.account or digest(approval.policy) != approval.policy_digest:
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
    more = f" It is a new class of action ({', '.join(request.new_classes)})." if request.new_classes else ""
    reasons = f" Before it: {'; '.join(request.because)}." if request.new_classes and request.because else ""
    return ApprovalNeededError(
        f"The policy {request.policy_digest} of inspection {request.inspection_id} has to be approved: {named}, data "
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
    """A request that a stopped inspection left.

    Raises:
        StateCorruptedError: it cannot be read.
    """
    try:
        return ApprovalRequest.model_validate(json.loads(data))
    except ValueError as error:
        raise StateCorruptedError(
            f"The stored request {key} cannot be read.", hint="Ask the question again."
        ) from error
