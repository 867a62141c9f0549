"""Identifiers, and the one place that knows how they are built."""

import re
from datetime import UTC, datetime
from typing import NewType

InspectionId = NewType("InspectionId", str)
RunId = NewType("RunId", str)
Arn = NewType("Arn", str)

# No segment begins with a dot: none is a way out of a folder, and none meets a store's own temporary files.
_KEY_SEGMENT = re.compile(r"[A-Za-z0-9_][A-Za-z0-9._-]{0,127}")
_INSPECTION = re.compile(r"\d{8}-\d{6}-[0-9a-f]{8}")


def inspection_id(now: datetime, entropy: bytes) -> InspectionId:
    """``20261124-034200-9f86d081``: sorts by start time, unique by 32 random bits.

    Args:
        now: start of the inspection, UTC.
        entropy: at least four random bytes.
    """
    return InspectionId(f"{now:%Y%m%d-%H%M%S}-{entropy[:4].hex()}")


def started_at(inspection: str) -> datetime:
    """When an inspection began, UTC: what "since yesterday" in its question counts back from."""
    return datetime.strptime(inspection[:15], "%Y%m%d-%H%M%S").replace(tzinfo=UTC)


def is_inspection_id(text: str) -> bool:
    """Whether a string may name an inspection; checked before it becomes part of a path."""
    return _INSPECTION.fullmatch(text) is not None


def is_artifact_key(text: str) -> bool:
    """Whether a string may name an artefact, or the prefix of some; the same in every store."""
    return all(_KEY_SEGMENT.fullmatch(segment) for segment in text.split("/"))


def run_id(inspection: str, *, iteration: int, attempt: int, number: int) -> RunId:
    """``inspection/iteration/attempt/n``; iteration and attempt count from 1, n from 0."""
    return RunId(f"{inspection}/{iteration}/{attempt}/{number}")


def role_name(run: str) -> str:
    """The per-run role's name: at most 64 characters, a function of the run id alone.

    It can be found again after a crash without having been stored.
    """
    return "cloudprobe-" + run.replace("/", "-")
