"""Our own temporary roles among the roles an account lists: left out of the answer, and said to be.

Every run has a role, which stands in the account while the script runs, and the ceiling lets no script look at it. A
script that lists roles and looks at each would fail at its own, in every account. So IAM's answers leave the roles of
runs out, this run's and those that others have or left behind; the recording names them. What merely stands below the
same path is somebody's, and stays.
"""

import re
from typing import Any

_NAME = r"cloudprobe-\d{8}-\d{6}-[0-9a-f]{8}(?:-\d{1,4}){3}"
"""Of the role of a run: a function of the run's id (``domain.ids.role_name``)."""
_ARN = re.compile(rf"arn:[a-z-]+:iam::\d{{12}}:role/cloudprobe/{_NAME}", re.ASCII)
_BARE = re.compile(_NAME, re.ASCII)


def take_out(service: str, response: Any) -> tuple[str, ...]:
    """Remove the roles of runs from every list of an answer, in place; what was removed, as ARN or else by name."""
    if service != "iam":
        return ()
    removed: list[str] = []
    _clean(response, removed)
    return tuple(dict.fromkeys(removed))


def _clean(value: Any, removed: list[str]) -> None:
    if isinstance(value, dict):
        for item in value.values():
            _clean(item, removed)
    elif isinstance(value, list):
        kept = []
        for item in value:
            name = _run_role(item)
            if name:
                removed.append(name)
            else:
                _clean(item, removed)
                kept.append(item)
        value[:] = kept


def _run_role(item: Any) -> str:
    """How an entry names the role of a run; empty for anything else."""
    if not isinstance(item, dict) or not isinstance(name := item.get("RoleName"), str):
        return ""
    arn = item.get("Arn")
    if isinstance(arn, str):
        return arn if _ARN.fullmatch(arn) else ""
    return name if _BARE.fullmatch(name) else ""
