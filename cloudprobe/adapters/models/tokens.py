"""How many tokens a request has, where nobody who knows can be asked: an estimate that errs upwards."""

import json

from cloudprobe.domain.conversation import ChatRequest
from cloudprobe.domain.tokens import estimate

_PER_TURN = 8
"""What a provider wraps around a message."""
_PER_TOOL = 500
"""What a provider tells a model about tools."""


def estimate_request(request: ChatRequest) -> int:
    texts = (request.prompt.system, request.prompt.user, *(turn.text for turn in request.turns))
    tool = json.dumps(request.tool.model_dump(mode="json"))
    return sum(estimate(text) + _PER_TURN for text in texts) + estimate(tool) + _PER_TOOL
