"""What the things of a world are called: as its seed calls them, or all otherwise."""

import hashlib
from collections.abc import Callable

from cloudprobe.emulator.worlds import identity
from cloudprobe.evaluation.results import Naming

_DIGITS = 20


def names_of(naming: Naming) -> Callable[[str], str]:
    """From logical name to real one. Other names say nothing of what a thing is, and are the same in every run."""
    return identity if naming == "own" else _renamed


def _renamed(logical: str) -> str:
    return "x" + hashlib.sha256(f"renamed/{logical}".encode()).hexdigest()[:_DIGITS]
