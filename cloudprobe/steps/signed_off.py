"""Contract 4: script and policy are hashed again before every step that acts on them (docs/adr/0004)."""

import json
from typing import Any

from cloudprobe.domain.probe import Probe
from cloudprobe.domain.work import WorkItem
from cloudprobe.errors import RefusedError
from cloudprobe.guard.digests import policy_digest, script_digest
from cloudprobe.ports import ArtifactStore
from cloudprobe.steps.artifacts import load, probe_key


def signed_off(item: WorkItem, artifacts: ArtifactStore) -> tuple[Probe, dict[str, Any]]:
    """The probe and its permit, exactly as validation signed them off.

    Raises:
        RefusedError: script, policy or permit is not what was validated.
    """
    probe = load(Probe, probe_key(item.run_id), artifacts)
    permit: dict[str, Any] = json.loads(artifacts.get(item.permit_key))
    for what, now, then in (
        ("script", script_digest(probe.script), item.script_digest),
        ("policy", policy_digest(probe.policy), item.policy_digest),
        ("permit's script", permit.get("script_digest"), item.script_digest),
        ("permit's policy", permit.get("policy_digest"), item.policy_digest),
    ):
        if now != then:
            raise RefusedError(
                f"The {what} of run {item.run_id} was changed after it was validated.",
                hint="Nothing was run. Find out who can write to the data folder before asking again.",
            )
    return probe, permit
