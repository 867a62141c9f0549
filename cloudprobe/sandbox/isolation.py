"""Which isolation this machine gives: found by trying, strongest first, never by version. Without any, nothing runs."""

import functools
import sys
from dataclasses import dataclass
from enum import StrEnum

from cloudprobe.errors import SandboxUnavailableError
from cloudprobe.sandbox import trials
from cloudprobe.sandbox.elsewhere import IMAGE


class Tier(StrEnum):
    BUBBLEWRAP_ROOT = "bubblewrap-root"
    BUBBLEWRAP_USER = "bubblewrap-user"
    LANDLOCK = "landlock"
    OTHER_UID = "other-uid"
    SANDBOX_EXEC = "sandbox-exec"
    DOCKER = "docker"


@dataclass(frozen=True, slots=True)
class Isolation:
    """One way to confine a script. Every tier also has rlimits, no capabilities, and the seccomp filter."""

    tier: Tier
    description: str
    lacks: tuple[str, ...] = ()
    """What a stronger tier would add, for ``doctor`` and for the report."""


_VISIBLE = "names, sizes and times of files elsewhere can be seen, though not their contents"
_UNBOUNDED = "the script's files are on a shared disk; they are measured, not bounded by the kernel"
_PROCESSES = "the script sees that other processes exist"

ISOLATIONS = {
    Tier.BUBBLEWRAP_ROOT: Isolation(
        Tier.BUBBLEWRAP_ROOT,
        "own mounts, processes and network by bubblewrap, started as root, and a user of its own",
    ),
    Tier.BUBBLEWRAP_USER: Isolation(
        Tier.BUBBLEWRAP_USER,
        "own mounts, processes and network by bubblewrap in a user namespace",
        ("outside its namespace the script has the same user as cloudprobe",),
    ),
    Tier.LANDLOCK: Isolation(
        Tier.LANDLOCK,
        "files by Landlock, everything else by seccomp",
        (_VISIBLE, _UNBOUNDED, _PROCESSES),
    ),
    Tier.OTHER_UID: Isolation(
        Tier.OTHER_UID,
        "a user of its own, everything else by seccomp; made for a container that holds nothing else",
        ("every file that any user of the machine may read can be read", _UNBOUNDED, _PROCESSES),
    ),
    Tier.SANDBOX_EXEC: Isolation(
        Tier.SANDBOX_EXEC,
        "files, network, processes and signals by macOS's own sandbox",
        (_VISIBLE, _UNBOUNDED, "memory is measured, not bounded by the kernel"),
    ),
    Tier.DOCKER: Isolation(
        Tier.DOCKER,
        "a container of its own without network or capabilities, and seccomp in it",
        (
            "the Docker daemon, which is as mighty as root, starts it",
            "what the script used of processor and memory is its own word",
            "a script outlives a killed cloudprobe until its wall clock ends",
        ),
    ),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of ``doctor``."""

    tier: Tier
    available: bool
    reason: str


def detect() -> Isolation:
    """The strongest isolation that held when it was tried, once per process.

    Raises:
        SandboxUnavailableError: none did.
    """
    return ISOLATIONS[_strongest()]


def explain() -> list[Finding]:
    """Try every tier, and say of each whether it holds here and why not."""
    return [
        Finding(tier, available=not reason, reason=reason or ISOLATIONS[tier].description)
        for tier, reason in ((tier, _unsupported(tier) or trials.why_not(tier)) for tier in Tier)
    ]


def require(tier: Tier) -> Isolation:
    """A tier chosen by name; it is tried like any other.

    Raises:
        SandboxUnavailableError: it does not hold here.
    """
    reason = _unsupported(tier) or _why_not(tier)
    if reason:
        raise SandboxUnavailableError(f"The isolation {tier} does not hold on this machine: {reason}.")
    return ISOLATIONS[tier]


@functools.cache
def _strongest() -> Tier:
    reasons = {}
    for tier in Tier:
        reasons[tier] = _unsupported(tier) or _why_not(tier)
        if not reasons[tier]:
            return tier
    tried = "; ".join(f"{tier}: {reason}" for tier, reason in reasons.items())
    raise SandboxUnavailableError(f"Scripts cannot be confined on this machine ({tried}).", hint=_HINT)


_why_not = functools.cache(trials.why_not)


def _unsupported(tier: Tier) -> str:
    where = {Tier.SANDBOX_EXEC: ("darwin",), Tier.DOCKER: ("linux", "darwin")}.get(tier, ("linux",))
    return "" if sys.platform in where else f"it exists for {' and '.join(where)}, and this is {sys.platform}"


_HINT = (
    "Allow unprivileged user namespaces, or use a kernel with Landlock (5.13 or newer), or run as root, or start "
    f"Docker and give it the image: docker pull {IMAGE}"
)
