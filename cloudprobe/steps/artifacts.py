"""Where a step finds what another one stored: the keys, and models to and from bytes."""

import json
from collections.abc import Mapping
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from cloudprobe.errors import StateCorruptedError
from cloudprobe.ports import ArtifactStore

M = TypeVar("M", bound=BaseModel)


def proposal_key(run_id: str) -> str:
    """``CodeGeneratorOutput``: what the generator proposed."""
    return f"{run_id}/proposal.json"


def probe_key(run_id: str) -> str:
    """``Probe``: what validation signed off."""
    return f"{run_id}/probe.json"


def permit_key(run_id: str) -> str:
    """``permit.schema.json``."""
    return f"{run_id}/permit.json"


def approval_key(run_id: str) -> str:
    """``ApprovalRequest`` that nobody was there to answer."""
    return f"{run_id}/approval.json"


def outcome_key(run_id: str) -> str:
    """``RunOutcome``."""
    return f"{run_id}/outcome.json"


def inventory_key(inspection_id: str, iteration: int) -> str:
    """``Inventory`` as known after an iteration."""
    return f"{inspection_id}/inventory/{iteration}.json"


def observations_key(inspection_id: str, iteration: int) -> str:
    """A list of ``Observation``: what agents are told of the runs of an iteration."""
    return f"{inspection_id}/observations/{iteration}.json"


def followed_key(inspection_id: str) -> str:
    """``Followed``: what an inspection that continues another one knows from its beginning."""
    return f"{inspection_id}/followed.json"


def report_key(inspection_id: str) -> str:
    """``Report``."""
    return f"{inspection_id}/report.json"


def metrics_key(inspection_id: str) -> str:
    """``Metrics``: what the report has of them, by themselves, so that a thousand inspections are summed up at once."""
    return f"{inspection_id}/metrics.json"


def encode(model: BaseModel) -> bytes:
    return model.model_dump_json().encode()


def encode_json(document: Mapping[str, Any]) -> bytes:
    return json.dumps(document, sort_keys=True).encode()


def load(kind: type[M], key: str, artifacts: ArtifactStore) -> M:
    """Read a model back.

    Raises:
        StateCorruptedError: nothing there, or not what was written.
    """
    try:
        return kind.model_validate_json(artifacts.get(key))
    except ValidationError as error:
        raise StateCorruptedError(
            f"The stored {kind.__name__} {key} cannot be read: {error.error_count()} fields are wrong.",
            hint="Delete the inspection with `cloudprobe delete` and ask again.",
        ) from error
