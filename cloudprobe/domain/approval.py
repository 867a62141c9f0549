"""What a person is asked before a probe gets access, and what is kept of the answer."""

from typing import Any, Literal

from pydantic import Field

from cloudprobe.domain.model import Model

ApprovalMode = Literal["never", "new", "always"]


class RequestedAction(Model):
    """One IAM action, in words."""

    action: str
    meaning: str
    """AWS's own description."""
    tier: str
    """Data class it belongs to."""
    resources: tuple[str, ...]


class ApprovalRequest(Model):
    """One probe's policy, as it is shown."""

    inspection_id: str
    question: str
    run_id: str
    iteration: int
    description: str
    """What the probe is for, in the words of whoever proposed it: not to be believed."""
    mode: ApprovalMode
    account: str
    data_class: Literal["metadata", "logs", "data"]
    policy: dict[str, Any]
    policy_digest: str
    script_digest: str
    actions: tuple[RequestedAction, ...] = ()
    new_classes: tuple[str, ...] = ()
    """``service tier`` of actions that no earlier iteration of this inspection had."""
    because: tuple[str, ...] = ()
    """What earlier iterations said before this one asked for more; text of the account may stand in it."""


class Approval(Model):
    """One yes. It covers the policy and every narrower one, in its account and data class."""

    id: str = Field(pattern=r"^[0-9a-f]{12}$")
    who: str
    when: str
    """ISO 8601, UTC."""
    account: str
    data_class: Literal["metadata", "logs", "data"]
    policy: dict[str, Any]
    policy_digest: str
    inspection_id: str
    """Where it was asked."""
    once: bool = False
    """Given where every policy is asked for: it holds for this inspection alone."""
    revoked: str = ""
    """When it was taken back, ISO 8601, UTC; empty while it holds."""
    revoked_by: str = ""
