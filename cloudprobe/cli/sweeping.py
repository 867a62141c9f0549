"""``access sweep``: roles that killed inspections left in the account."""

import json as jsonlib
from collections.abc import Sequence
from datetime import UTC, datetime

from rich.console import Console
from rich.text import Text

from cloudprobe.adapters.aws.role_grantor import Leftover, RoleGrantor
from cloudprobe.adapters.local.clock import SystemClock
from cloudprobe.bootstrap import open_account
from cloudprobe.cli.writing import print_text
from cloudprobe.config import Config
from cloudprobe.domain.inspection import AccessSettings
from cloudprobe.domain.text import printable

_NEVER = datetime.max.replace(tzinfo=UTC)


def sweep(*, profile: str, dry_run: bool, everything: bool, json: bool) -> int:
    """Delete what has expired, or all of it; roles that are not cloudprobe's are never touched."""
    with open_account("", Config.read(), access=AccessSettings(profile=profile)) as account:
        clock = SystemClock()
        grantor = RoleGrantor(account.session, account.identity, clock=clock)
        standing = grantor.leftovers()
        swept = [] if dry_run else grantor.sweep(_NEVER if everything else None)
    _tell(standing, {leftover.role for leftover in swept}, clock.now(), json=json)
    return 0


def _tell(standing: Sequence[Leftover], swept: set[str], now: datetime, *, json: bool) -> None:
    roles = [(one, _state(one, swept, now)) for one in standing]
    if json:
        shown = [
            {
                "role": one.role,
                "run_id": one.run_id,
                "expires": one.expires.isoformat() if one.expires else None,
                "state": state,
            }
            for one, state in roles
        ]
        print_text(jsonlib.dumps(shown, indent=2))
        return
    console = Console(highlight=False)
    for one, state in roles:
        expires = one.expires.isoformat() if one.expires else "no expiry that can be read"
        console.print(Text(printable(f"{state:<8}  {one.role}  {expires}")), soft_wrap=True)
    if not roles:
        console.print("No role of a run stands in the account.")


def _state(one: Leftover, swept: set[str], now: datetime) -> str:
    if one.role in swept:
        return "deleted"
    return "expired" if one.expires is None or one.expires <= now else "in use"
