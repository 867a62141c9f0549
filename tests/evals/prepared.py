"""Answers that were written by hand, given again: so that all conversations can be recorded anew when a prompt changes."""

import json
import re
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from cloudprobe.testing.converse import Answer, ConverseRequest, fault, say, use
from cloudprobe.testing.converse.by_hand import ByHand
from cloudprobe.testing.converse.cache import PromptCache

_VALUE = re.compile(r"\$\{(\w+)\}")
_QUESTION = re.compile(r"<question>\n(.*?)\n</question>", re.DOTALL)


class Prepared:
    """The model of one conversation: its n-th question gets the ``NN-….json`` of the folder.

    A file holds ``{"input": {…}}`` for a call of the tool that is offered, or ``{"text": "…"}`` for prose, and beside it
    ``"stop": "max_tokens"`` for an answer that was cut. A ``script`` in an input names a file of the same folder.
    ``"values": {"vpc": "vpc-[0-9a-f]+"}`` takes from the question what differs from account to account: the first match,
    or its first group, stands where the input has ``${vpc}``. What was answered is counted with a cache that is empty
    when the conversation begins, so that it costs the same whatever was asked before it.

    Args:
        folder: where the answers stand.
        missing: asked where there is no answer, such as a person.
    """

    def __init__(self, folder: Path, *, missing: ByHand | None = None) -> None:
        self._folder = folder
        self._missing = missing
        self._cache = PromptCache()
        self.asked = 0

    @property
    def answers(self) -> list[Path]:
        return sorted(self._folder.glob("[0-9][0-9]-*.json"))

    def __call__(self, request: ConverseRequest) -> Answer:
        self.asked += 1
        usage = self._cache.usage(request.model, request.body)
        found = [path for path in self.answers if path.name.startswith(f"{self.asked:02d}-")]
        if found:
            return replace(self._told(json.loads(found[0].read_text(encoding="utf-8")), request), usage=usage)
        if self._missing:
            return replace(self._missing(request), usage=usage)
        return fault("ValidationException", f"there is no answer {self.asked:02d} in {self._folder}")

    def _told(self, given: Mapping[str, Any], request: ConverseRequest) -> Answer:
        stop = str(given.get("stop", ""))
        if "input" not in given:
            return say(given["text"], stop=stop)
        answer = dict(given["input"])
        if "script" in answer:
            answer["script"] = (self._folder / answer["script"]).read_text(encoding="utf-8")
        found = {name: _first(pattern, request.text) for name, pattern in given.get("values", {}).items()}
        return use(str(given.get("tool", request.tool)), _filled(answer, found), stop=stop)


class Each:
    """Every conversation at once: a question goes to the one whose person asked it.

    Args:
        conversations: by what the person asks.
    """

    def __init__(self, conversations: Mapping[str, Prepared]) -> None:
        self._conversations = conversations

    def __call__(self, request: ConverseRequest) -> Answer:
        found = _QUESTION.search(request.text)
        conversation = self._conversations.get(found[1]) if found else None
        return conversation(request) if conversation else fault("ValidationException", "nobody prepared this question")


def _first(pattern: str, text: str) -> str:
    found = re.search(pattern, text)
    if found is None:
        raise LookupError(f"nothing in the question matches {pattern}")
    return found[found.lastindex or 0]


def _filled(value: Any, found: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _VALUE.sub(lambda match: found[match[1]], value) if found else value
    if isinstance(value, list):
        return [_filled(one, found) for one in value]
    return {key: _filled(one, found) for key, one in value.items()} if isinstance(value, dict) else value
