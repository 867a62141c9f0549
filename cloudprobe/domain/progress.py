"""What an engine tells while it works; for displays and logs, never for decisions."""

from typing import Any, Literal

from pydantic import Field

from cloudprobe.domain.model import Model


class ProgressEvent(Model):
    kind: Literal["step_started", "step_finished", "probe", "call", "retry"]
    inspection_id: str
    iteration: int = 0
    attempt: int = 0
    step: str = ""
    message: str = ""
    data: dict[str, Any] = Field(default_factory=dict)
    """``probe``: ``template``, ``script_digest``, ``actions``. ``call``: ``run_id``, ``service``, ``operation``,
    ``region``, ``calls`` (so far). ``step_finished``: ``seconds``."""
