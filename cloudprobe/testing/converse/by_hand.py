"""A person as the model: questions become files, and whoever writes the answers' files is the model.

python -m cloudprobe.testing.converse --folder questions
CLOUDPROBE_BEDROCK_ENDPOINT_URL=http://127.0.0.1:PORT cloudprobe inspect --model bedrock --record-model kept ...
"""

import json
import threading
import time
from pathlib import Path

from cloudprobe.testing.converse.answers import Answer, fault, say, use
from cloudprobe.testing.converse.server import ConverseRequest


class ByHand:
    """Gives what is written into the folder: ``001.question.md`` is asked, ``001.answer.json`` answers it.

    An answer's file holds ``{"input": …}`` for a call of the tool that is offered, with ``"tool"`` of another, with
    ``"stop": "max_tokens"`` cut; ``{"text": …}`` for prose; ``{"error": CODE}`` for a fault.

    Args:
        folder: made if it is not there.
        seconds: how long an answer is waited for.
    """

    def __init__(self, folder: Path, *, seconds: float = 240.0) -> None:
        self._folder = folder
        self._seconds = seconds
        self._lock = threading.Lock()
        folder.mkdir(parents=True, exist_ok=True)

    def __call__(self, request: ConverseRequest) -> Answer:
        with self._lock:
            number = 1 + len(list(self._folder.glob("*.question.md")))
            tools = json.dumps(request.body.get("toolConfig"), indent=2)
            question = f"model: {request.model}\n\n{request.text}\n\n## Tool\n\n{tools}\n"
            (self._folder / f"{number:03d}.question.md").write_text(question, encoding="utf-8")
        answer = self._folder / f"{number:03d}.answer.json"
        end = time.monotonic() + self._seconds
        while time.monotonic() < end:
            found = _read(answer, request)
            if found is not None:
                return found
            time.sleep(0.2)
        return fault("ModelTimeoutException", f"nobody wrote {answer.name}")


def _read(path: Path, request: ConverseRequest) -> Answer | None:
    """None while it is not there, or only half written."""
    try:
        given = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    if "error" in given:
        return fault(given["error"], given.get("message", ""))
    stop = given.get("stop", "")
    if "input" in given:
        return use(given.get("tool", request.tool), given["input"], text=given.get("text", ""), stop=stop)
    return say(given.get("text", ""), stop=stop)
