"""Account ids a model does not get to see: each has a stand-in of the same form, the same throughout an inspection.

A stand-in has twelve digits too, so that ARNs stay ARNs and scripts stay valid; it is put back in whatever the model
answers, so that nothing behind this module ever meets one. Secrets never come this far (``sandbox.redaction``); what
looks like one in a question is hidden for good.
"""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from cloudprobe.domain.conversation import ChatReply, ChatRequest, ToolCall, Turn
from cloudprobe.errors import StateCorruptedError
from cloudprobe.ports import ArtifactStore, ChatModel
from cloudprobe.sandbox.looks import clean

_FIRST = 999_999_990_001
_ID = r"(?<!\d)(\d{12})(?!\d)"
_IN_CONTEXT = re.compile(
    rf":{_ID}(?=[:\"'/\s\\])|\"{_ID}\"|'{_ID}'|{_ID}(?=\.dkr\b)|{_ID}(?=:)|/{_ID}/"
    rf"|\b(?:account|owner)s?(?:[ _-]?ids?)?\W{{0,4}}{_ID}",
    re.IGNORECASE,
)
"""Where twelve digits are an account and no size in bytes."""


class Masks:
    """The stand-ins of one inspection after the other; kept beside its results, for one that is resumed.

    Args:
        artifacts: where they are kept.
    """

    def __init__(self, artifacts: ArtifactStore) -> None:
        self._artifacts = artifacts
        self._key = ""
        self._masks: dict[str, str] = {}
        self.active = False

    def open(self, inspection_id: str, *, accounts: Iterable[str], active: bool) -> None:
        """From now on it is about this inspection.

        Raises:
            StateCorruptedError: the stand-ins that were stored cannot be read.
        """
        self.active = active
        key = f"{inspection_id}/masks.json"
        if not active or key == self._key:
            return
        self._key, self._masks = key, {}
        if self._artifacts.exists(key):
            self._masks = _stored(self._artifacts.get(key), key)
        self._learn(account for account in accounts if account)

    def hide(self, *texts: str) -> tuple[str, ...]:
        """The texts with stand-ins; accounts met for the first time get theirs."""
        found = (match[match.lastindex or 0] for text in texts for match in _IN_CONTEXT.finditer(text))
        self._learn(found, avoid=texts)
        return tuple(_replaced(str(clean(text)), self._masks) for text in texts)

    def reveal(self, value: Any) -> Any:
        """The value with the accounts themselves."""
        accounts = {mask: account for account, mask in self._masks.items()}
        return _walked(value, accounts)

    def _learn(self, accounts: Iterable[str], *, avoid: tuple[str, ...] = ()) -> None:
        taken = set(self._masks.values())
        new = [account for account in dict.fromkeys(accounts) if account not in self._masks and account not in taken]
        number = _FIRST + len(self._masks)
        for account in new:
            while str(number) in taken or any(str(number) in text for text in avoid):
                number += 1
            self._masks[account] = str(number)
            taken.add(str(number))
        if new:
            self._artifacts.put(self._key, json.dumps(self._masks).encode())


class MaskedChat:
    """``ChatModel`` around another one, which sees stand-ins alone."""

    def __init__(self, chat: ChatModel, masks: Masks) -> None:
        self.name = chat.name
        self._chat = chat
        self._masks = masks

    @property
    def context_tokens(self) -> int:
        return self._chat.context_tokens

    def count(self, request: ChatRequest) -> int:
        return self._chat.count(request)  # a stand-in is as long as what it stands for

    def send(self, request: ChatRequest) -> ChatReply:
        if not self._masks.active:
            return self._chat.send(request)
        # The system part is ours, the same for every account, and cached by its bytes.
        user, *turns = self._masks.hide(request.prompt.user, *(turn.text for turn in request.turns))
        masked = request.model_copy(
            update={
                "prompt": request.prompt.model_copy(update={"user": user}),
                "turns": tuple(Turn(role=t.role, text=text) for t, text in zip(request.turns, turns, strict=True)),
            }
        )
        reply = self._chat.send(masked)
        calls = tuple(ToolCall(name=call.name, input=self._masks.reveal(call.input)) for call in reply.calls)
        return reply.model_copy(update={"text": self._masks.reveal(reply.text), "calls": calls})


def _stored(data: bytes, key: str) -> dict[str, str]:
    try:
        masks = json.loads(data)
    except ValueError:
        masks = None
    if not isinstance(masks, dict) or not all(isinstance(mask, str) for mask in masks.values()):
        raise StateCorruptedError(
            f"The stored {key} cannot be read.", hint="Delete the inspection with `cloudprobe delete` and ask again."
        )
    return masks


def _replaced(text: str, by: Mapping[str, str]) -> str:
    return re.sub(_ID, lambda match: by.get(match[1], match[1]), text) if by else text


def _walked(value: Any, by: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _replaced(value, by)
    if isinstance(value, dict):
        return {_walked(key, by): _walked(item, by) for key, item in value.items()}
    if isinstance(value, list):
        return [_walked(item, by) for item in value]
    return value
