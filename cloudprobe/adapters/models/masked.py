"""Account ids a model does not get to see: each has a stand-in of the same form, the same throughout an inspection.

A stand-in has twelve digits too, so that ARNs stay ARNs and scripts stay valid; it is put back in whatever the model
answers, so that nothing behind this module ever meets one. Secrets never come this far (``sandbox.redaction``); what
looks like one in a question is hidden for good.
"""

import json
import re
import threading
from collections.abc import Iterable, Mapping
from typing import Any

from cloudprobe.domain.conversation import ChatReply, ChatRequest, ToolCall, Turn
from cloudprobe.errors import StateCorruptedError
from cloudprobe.ports import ArtifactStore, ChatModel
from cloudprobe.sandbox.looks import clean

_FIRST = 999_999_990_001
_ID = r"(?<!\d)(\d{12})(?!\d)"
_MOMENT = r"(?!20\d\d(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])(?:[01]\d|2[0-3])[0-5]\d(?!\d))"
"""Not at ``202611241300``, which is a time in a name."""
_END = r"(?=[:\"'/\s\\,;)\]}]|[-_.?](?:\D|$)|$)"
_IN_CONTEXT = re.compile(
    rf"(?::|%3A|/|%2F){_ID}(?=[:\"'/\s\\?%]|$)|[\"']{_ID}(?=\\*[\"'])|{_ID}(?=\.dkr\b|:|%3A)"
    rf"|[a-z0-9][-_.](?<!\d\.){_MOMENT}{_ID}{_END}|(?<![\w.]){_MOMENT}{_ID}(?=[-_][a-z])"
    rf"|\b(?:account|owner|partner|principal|tenant)s?(?:[ _-]?ids?)?\W{{0,4}}{_ID}"
    rf"|\b(?:with|by|from|to|and|or|trusts)\s{_ID}(?!\s*(?:bytes?|[kmgt]i?b|ms|milliseconds)\b)",
    re.IGNORECASE,
)
"""Where twelve digits are an account and no size in bytes. One that stands so anywhere is hidden everywhere."""
_GROUPED = re.compile(r"(?<![\d-])(\d{4})([- ])(\d{4})\2(\d{4})(?![\d-])")
"""As the console shows them."""


class Masks:
    """The stand-ins of one inspection after the other; kept beside its results, for one that is resumed.

    Args:
        artifacts: where they are kept.
    """

    def __init__(self, artifacts: ArtifactStore) -> None:
        self._artifacts = artifacts
        self._key = ""
        self._masks: dict[str, str] = {}
        self._lock = threading.Lock()  # probes of one iteration may be asked about side by side
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
        self._learn((account for text in texts for account in _accounts(text)), avoid=texts)
        return tuple(_replaced(str(clean(text)), self._masks) for text in texts)

    def hide_value(self, value: Any) -> Any:
        """The same for plain JSON, keys included, where masking is wanted at all; secrets are somebody else's."""
        if not self.active:
            return value
        text = json.dumps(value, ensure_ascii=False)
        self._learn(_accounts(text), avoid=(text,))
        return json.loads(_replaced(text, self._masks))

    def reveal(self, value: Any) -> Any:
        """The value with the accounts themselves."""
        accounts = {mask: account for account, mask in self._masks.items()}
        return _walked(value, accounts)

    def _learn(self, accounts: Iterable[str], *, avoid: tuple[str, ...] = ()) -> None:
        with self._lock:
            taken = set(self._masks.values())
            new = [one for one in dict.fromkeys(accounts) if one not in self._masks and one not in taken]
            number = _FIRST + len(self._masks)
            for account in new:
                while str(number) in taken or any(str(number) in text for text in avoid):
                    number += 1
                self._masks = {**self._masks, account: str(number)}
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
        """Of what the model would be sent: a provider that counts reads it as well."""
        return self._chat.count(self._masked(request))

    def send(self, request: ChatRequest) -> ChatReply:
        reply = self._chat.send(self._masked(request))
        if not self._masks.active:
            return reply
        calls = tuple(ToolCall(name=call.name, input=self._masks.reveal(call.input)) for call in reply.calls)
        return reply.model_copy(update={"text": self._masks.reveal(reply.text), "calls": calls})

    def _masked(self, request: ChatRequest) -> ChatRequest:
        """The system part is ours, the same for every account, and cached by its bytes."""
        if not self._masks.active:
            return request
        user, *turns = self._masks.hide(request.prompt.user, *(turn.text for turn in request.turns))
        return request.model_copy(
            update={
                "prompt": request.prompt.model_copy(update={"user": user}),
                "turns": tuple(Turn(role=t.role, text=text) for t, text in zip(request.turns, turns, strict=True)),
            }
        )


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


def _accounts(text: str) -> Iterable[str]:
    return (match[match.lastindex or 0] for match in _IN_CONTEXT.finditer(text))


def _replaced(text: str, by: Mapping[str, str]) -> str:
    if not by:
        return text
    text = re.sub(_ID, lambda match: by.get(match[1], match[1]), text)
    return _GROUPED.sub(lambda match: _regrouped(match, by), text)


def _regrouped(match: re.Match[str], by: Mapping[str, str]) -> str:
    other = by.get(match[1] + match[3] + match[4])
    return match[2].join((other[:4], other[4:8], other[8:])) if other else match[0]


def _walked(value: Any, by: Mapping[str, str]) -> Any:
    if isinstance(value, str):
        return _replaced(value, by)
    if isinstance(value, dict):
        return {_walked(key, by): _walked(item, by) for key, item in value.items()}
    if isinstance(value, list):
        return [_walked(item, by) for item in value]
    if isinstance(value, int) and str(value) in by:
        return by[str(value)]  # an id that was read as a number
    return value
