"""What the parent and the account's process say to each other: JSON, one document a line, over the child's pipes.

Secrets travel here and nowhere else; command lines and environments can be read by other processes of the user.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import IO, Any


@dataclass(frozen=True, slots=True)
class StartOrder:
    """All the child must know. ``port`` 0 lets the kernel choose; ``search_path`` is where functions are found."""

    scratch: str
    parent_pid: int
    account_id: str
    region: str
    port: int = 0
    functions: Mapping[str, str] = field(default_factory=dict)
    tasks: Mapping[str, str] = field(default_factory=dict)
    search_path: tuple[str, ...] = ()

    def message(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_message(cls, message: Mapping[str, Any]) -> "StartOrder":
        return cls(**{**message, "search_path": tuple(message["search_path"])})


def write_message(stream: IO[str], message: Mapping[str, Any]) -> None:
    stream.write(json.dumps(message) + "\n")
    stream.flush()


def read_message(stream: IO[str]) -> dict[str, Any] | None:
    """The next message, or None when the other side is gone."""
    line = stream.readline()
    if not line:
        return None
    message: dict[str, Any] = json.loads(line)
    return message
