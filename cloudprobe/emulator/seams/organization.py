"""What an organisation denies its account: a service control policy, which ministack does not know.

It holds for every user and role but the administrators this process made, who seed the account and would otherwise
stand before it too. Tested by ``tests/emulator/test_organization.py``.
"""

import json
from collections.abc import Callable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Any

from ministack.core import iam_actions, iam_evaluator
from ministack.core.responses import get_account_id

from cloudprobe.emulator.seams import dialects
from cloudprobe.emulator.seams.reach import replace
from cloudprobe.emulator.seams.server import administrators
from cloudprobe.guard.patterns import matches


@dataclass(frozen=True, slots=True)
class _Policy:
    """Action patterns that are denied, in these regions or, when there are none, in all."""

    deny: tuple[str, ...]
    regions: frozenset[str]

    def denies(self, action: str, region: str) -> bool:
        here = not self.regions or region in self.regions
        return here and any(matches(pattern.lower(), action.lower()) for pattern in self.deny)


_policies: dict[str, _Policy] = {}
_decided: ContextVar[bool] = ContextVar("decided_by_organization", default=False)

_REASONS = ("with an explicit deny in an identity-based policy", "with an explicit deny in a resource-based policy")
_REASON = "with an explicit deny in a service control policy"


def set_policy(account_id: str, order: Mapping[str, Any]) -> None:
    """Put an account under a policy, in place of the one before; without denied actions it is under none."""
    deny = tuple(order["deny"])
    wrong = next((pattern for pattern in deny if pattern != "*" and ":" not in pattern), None)
    if wrong is not None:
        raise ValueError(f"{wrong!r} is no pattern of actions")
    _policies[account_id] = _Policy(deny, frozenset(order.get("regions") or ()))


def install() -> None:
    known: Callable[..., Any] = iam_evaluator.enforce

    def enforce(access_key_id: str, iam_action: str, service: str, region: str, **more: Any) -> Any:
        _decided.set(False)
        result = known(access_key_id, iam_action, service, region, **more)
        policy = _policies.get(get_account_id())
        if policy is None or isinstance(result, iam_evaluator.AuthError) or access_key_id in administrators:
            return result
        if not policy.denies(iam_action, region):
            return result
        _decided.set(True)
        return iam_evaluator.EvalResult("Deny", principal_arn=_principal(access_key_id))

    replace(iam_evaluator, "enforce", enforce)
    _say_who_denied()


def _principal(access_key_id: str) -> str:
    account = get_account_id()
    principal = iam_evaluator.resolve_principal(
        access_key_id, account, iam_evaluator.authenticate(access_key_id, account)
    )
    return str(principal.arn)


def _say_who_denied() -> None:
    """A refusal names the organisation's policy where that decided, and speaks CBOR to whoever asked in it."""
    known: Callable[..., Any] = iam_actions.access_denied_response

    def access_denied_response(*arguments: Any, **more: Any) -> Any:
        status, headers, body = known(*arguments, **more)
        if _decided.get():
            for reason in _REASONS:
                body = body.replace(reason.encode(), _REASON.encode())
        if (more.get("headers") or {}).get("smithy-protocol") == "rpc-v2-cbor" and body.startswith(b"{"):
            said = json.loads(body)
            return dialects.write_cbor_error(status, said["__type"], said.get("message") or said.get("Message") or "")
        return status, headers, body

    replace(iam_actions, "access_denied_response", access_denied_response)
