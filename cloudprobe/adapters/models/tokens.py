"""How many tokens a text has, where nobody who knows can be asked: an estimate that errs upwards."""

import json
import re

from cloudprobe.domain.conversation import ChatRequest

_LETTERS = re.compile(r"[A-Za-z]+")
_OTHER = re.compile(r"[!-@\[-`{-~]")
_BLANKS = re.compile(r"\s+")
_PER_TURN = 8
"""What a provider wraps around a message."""
_PER_TOOL = 500
"""What a provider tells a model about tools."""


def estimate(text: str) -> int:
    """Tokens of a text, at least: two letters, one digit or sign, a run of blanks, one byte of anything else.

    English has four letters to a token, base64 about three characters to two, other scripts fewer bytes than tokens.
    """
    letters = sum((len(run) + 1) // 2 for run in _LETTERS.findall(text))
    others = len(_OTHER.findall(text))
    blanks = len(_BLANKS.findall(text))
    beyond = 0 if text.isascii() else sum(len(c.encode("utf-8", "replace")) for c in text if not c.isascii())
    return letters + others + blanks + beyond


def estimate_request(request: ChatRequest) -> int:
    texts = (request.prompt.system, request.prompt.user, *(turn.text for turn in request.turns))
    tool = json.dumps(request.tool.model_dump(mode="json"))
    return sum(estimate(text) + _PER_TURN for text in texts) + estimate(tool) + _PER_TOOL
