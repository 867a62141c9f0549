"""What a package says it holds."""

from typing import Literal

from pydantic import Field

from cloudprobe.domain.model import Model

MANIFEST = "manifest.json"
SUMS = "SHA256SUMS"


class PackagedFile(Model):
    path: str
    size: int = Field(ge=0)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")


class PackagedRun(Model):
    run_id: str
    folder: str
    """``runs/<iteration>-<attempt>-<number>``."""
    template: str = ""
    """The library template the script is, when it is one unchanged."""
    description: str = ""
    script_sha256: str
    policy_sha256: str
    """Of the policy as canonical JSON, as the permit states it; ``files`` has that of the file."""
    probe_sha256: str
    """Of script, dependencies and policy together: what a probe is known by."""
    result_sha256: str
    """Of the bytes the script printed; a replay prints them again."""


class Manifest(Model):
    """Everything in the package but itself and ``SHA256SUMS``, which names the manifest as well."""

    version: Literal[1] = 1
    inspection_id: str
    question: str
    account: str
    cloudprobe_version: str
    runs: tuple[PackagedRun, ...]
    files: tuple[PackagedFile, ...]
    """By path."""
