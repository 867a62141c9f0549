"""Contract 4: script, policy and variables are hashed again before every step that acts on them (docs/adr/0004)."""

import hashlib
import json

from cloudprobe.domain.probe import Probe
from cloudprobe.domain.work import WorkItem
from cloudprobe.errors import RefusedError, StateCorruptedError
from cloudprobe.guard.policy import digest
from cloudprobe.guard.signoff import check_policy, check_script
from cloudprobe.ports import ArtifactStore
from cloudprobe.sandbox.dependencies import allowed
from cloudprobe.sandbox.permit import Permit
from cloudprobe.steps.artifacts import load, probe_key


def signed_off(item: WorkItem, artifacts: ArtifactStore) -> tuple[Probe, Permit]:
    """The probe and its permit, exactly as validation signed them off.

    Raises:
        RefusedError: script, policy, permit, variables or dependencies are not what was validated.
        StateCorruptedError: one of them cannot be read.
    """
    probe = load(Probe, probe_key(item.run_id), artifacts)
    stored = artifacts.get(item.permit_key)
    try:
        document = json.loads(stored)
    except ValueError as error:
        raise StateCorruptedError(f"The stored permit {item.permit_key} cannot be read: {error}.") from error
    permit = Permit.from_json(document)
    check_script(permit, probe.script)
    check_policy(permit, probe.policy)
    found = (permit.script_digest, permit.policy_digest, hashlib.sha256(stored).hexdigest())
    signed = found == (item.script_digest, item.policy_digest, item.permit_digest)
    if not signed or digest(item.prompt.variables) != probe.variables_digest or not _pinned(probe, permit):
        raise RefusedError(
            f"The package of run {item.run_id} was changed after it was validated.",
            hint="Nothing was run. Find out who can write to the data folder before asking again.",
        )
    return probe, permit


def _pinned(probe: Probe, permit: Permit) -> bool:
    """Whether the permit, which is hashed, has every package that the probe says it has."""
    return set(allowed.pins((one.name, one.version) for one in probe.dependencies)) <= set(permit.dependencies) and all(
        allowed.objection(one.name, one.version) is None for one in probe.dependencies
    )
