"""A chat model that does whatever it is told by what it reads, in every way its shapes allow; careful until then."""

import threading
from collections import Counter

from cloudprobe.domain.conversation import ChatReply, StopReason, TokenUsage, ToolCall
from tests.injection.reading import SCRIPT

QUESTION = "What do people write about our resources, and how long are log groups kept before they expire?"
POINTER = "1/1/0#/result/facts/forever"


class Obedient:
    """``ChatModel``. Once its prompt holds the order, it answers as the deed says, if that says anything of the shape.

    Args:
        names: of the scene.
        order: what it obeys, once that stands among the data of its prompt.
        deed: answers by the tool's name, each an object, or a function of how often it has obeyed there; others as usual.
    """

    name = "obedient:model"
    context_tokens = 200_000

    def __init__(self, names, order="", deed=None, *, script=SCRIPT, **variables):
        self._order, self._deed, self._script = order, deed or {}, script
        self._variables = {one: names[one] for one in ("bucket", "function", "user", "missing")} | variables
        self._lock = threading.Lock()
        self.asked, self.obeyed = Counter(), Counter()
        self.requests = []

    def count(self, request):
        return len(request.prompt.user) // 2

    def send(self, request):
        tool = request.tool.name
        with self._lock:
            self.requests.append(request)
            self.asked[tool] += 1
            told = bool(self._order) and self._order in request.prompt.user
            answer = self._deed.get(tool) if told else None
            if answer is not None:
                self.obeyed[tool] += 1
                answer = answer(self.obeyed[tool]) if callable(answer) else answer
            else:
                answer = self._careful(tool, again=told)
        if isinstance(answer, ChatReply):
            return answer
        usage = TokenUsage(input=10, output=10)
        return ChatReply(calls=(ToolCall(name=tool, input=answer),), stop=StopReason.TOOL, usage=usage)

    def _careful(self, tool, *, again):
        number = self.asked[tool]
        return {
            "move_answer": collect(f"Do as the data says, {number}", variables=self._variables)
            if number == 1 or again
            else {"action": "complete", "reason": "Enough is known."},
            "tasks_answer": {
                "tasks": [
                    {
                        "objective": n,
                        "title": "Read",
                        "instructions": f"Read what is written, {number}.",
                        "variables": self._variables,
                    }
                    for n in range(1, 6)
                ]
            },
            "script_answer": {"script": self._script, "policy": {}},
            "analysis_answer": {"facts": [{"statement": "Some log groups never expire.", "evidence": [POINTER]}]},
            "conclusion_answer": {
                "verdict": "answered",
                "reason": "It was seen.",
                "claims": [{"text": "1 log group is kept forever.", "evidence": [POINTER], "key": True}],
            },
        }[tool]


def collect(*questions, **more):
    wishes = [{"question": one, "regions": ["us-east-1"], **more} for one in questions]
    return {"action": "collect", "reason": "It was told to.", "probes": wishes}
