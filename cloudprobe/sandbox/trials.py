"""Whether a tier holds on this machine: start a child in it, and let the child try what must not work."""

import os
import tempfile
from pathlib import Path

from cloudprobe.sandbox.child import wire
from cloudprobe.sandbox.launch import launch
from cloudprobe.sandbox.limits import Limits
from cloudprobe.sandbox.process import Child
from cloudprobe.sandbox.runtime import runtime

_SECONDS = 20.0
_COMPLAINT_CHARACTERS = 300


def why_not(tier: str) -> str:
    """Empty where the tier holds; otherwise the reason, as half a sentence."""
    try:
        plan = launch(tier, runtime=runtime(), limits=Limits(), region="us-east-1")
    except (OSError, ImportError) as error:
        return error.strerror or str(error) if isinstance(error, OSError) else str(error)
    with tempfile.TemporaryDirectory(prefix="cloudprobe-trial-") as folder:
        canary = Path(folder) / "canary"
        canary.write_bytes(b"untouched")
        canary.chmod(0o600)
        # The folder can be entered, so that what protects the file is the tier and nothing else.
        Path(folder).chmod(0o755)  # the file itself stays closed
        plan.settings["trial"] = {"canary": str(canary), "parent": os.getpid()}
        try:
            with Child(plan) as child:
                return _verdict(child, plan.settings)
        except OSError as error:
            return str(error)


def _verdict(child: Child, settings: dict[str, object]) -> str:
    child.send(settings)
    child.connection.settimeout(_SECONDS)
    try:
        frame = wire.read_frame(child.connection.recv_into, limit=wire.MAX_REQUEST_BYTES)
        escapes = wire.decode(frame, untrusted=True)["escapes"]
    except (EOFError, OSError, wire.WireError, KeyError, TypeError):
        child.kill()
        lines = os.read(child.stderr, 65_536).decode(errors="replace").strip().splitlines()
        told = [line for line in lines if line and not line.startswith(("See '", "Run '"))]  # not where to look
        return told[-1][:_COMPLAINT_CHARACTERS] if told else "the child ended without a word"
    return f"a confined script still {', '.join(escapes)}" if escapes else ""
