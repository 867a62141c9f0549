"""A chat model that answers from recorded exchanges, and from nothing else (``--model replay:DIR``)."""

import logging
import threading
from collections import defaultdict
from pathlib import Path

from cloudprobe.adapters.models.exchange import Exchange, answered, asked, from_file
from cloudprobe.adapters.models.recording import exchange_files
from cloudprobe.adapters.models.tokens import estimate_request
from cloudprobe.adapters.models.varying import same
from cloudprobe.domain.conversation import ChatReply, ChatRequest
from cloudprobe.domain.text import printable, shortened
from cloudprobe.errors import ModelNotRecordedError, UsageError

log = logging.getLogger(__name__)
_CONTEXT_TOKENS = 1_000_000
_SHOWN = 160


class ReplayedChat:
    """``ChatModel`` over a folder of exchanges.

    A question is found by what was asked, not by when, so the order between agents means nothing. Asked again, it gets
    the next answer that was recorded for it, and the last one from then on, as after an interruption.

    Args:
        folder: what ``RecordedChat`` wrote.

    Raises:
        UsageError: there is no such folder, or nothing in it.
        StateCorruptedError: a file in it is no exchange.
    """

    def __init__(self, folder: Path) -> None:
        files = exchange_files(folder) if folder.is_dir() else []
        if not files:
            raise UsageError(
                f"There is no recorded conversation in {folder}.", hint="Make one with `--record-model DIR`."
            )
        self.name = f"replay:{folder.name}"
        self.context_tokens = _CONTEXT_TOKENS
        self._folder = folder
        self._exchanges = [from_file(path) for path in files]
        self._by_key: dict[str, list[Exchange]] = defaultdict(list)
        for exchange in self._exchanges:
            self._by_key[exchange.key].append(exchange)
        self._asked: dict[str, int] = defaultdict(int)
        self._lock = threading.Lock()

    def send(self, request: ChatRequest) -> ChatReply:
        """As recorded.

        Raises:
            ModelNotRecordedError: this was not asked when it was recorded.
        """
        key, user, _, names = asked(request)
        found = self._by_key.get(key)
        if not found:
            raise self._not_recorded(request, user)
        with self._lock:
            exchange = found[min(self._asked[key], len(found) - 1)]
            self._asked[key] += 1
        if exchange.prompt_version != request.prompt.version:
            log.info("prompt %s has changed since it was recorded", request.prompt.name)
        return answered(exchange, names)

    def count(self, request: ChatRequest) -> int:
        return estimate_request(request)

    def _not_recorded(self, request: ChatRequest, user: str) -> ModelNotRecordedError:
        """Say what changed: the prompt's file, or what it was filled with, and where it first differs."""
        name = request.prompt.name
        kept = [one for one in self._exchanges if one.agent == request.agent and one.prompt == name]
        if not kept:
            return ModelNotRecordedError(
                f"The prompt {name} of the {request.agent} was never asked in {self._folder}.",
                hint="Record the conversation again with --record-model.",
            )
        nearest = max(kept, key=lambda one: (len(one.turns) == len(request.turns), _shared(one.user, user)))
        changed = nearest.prompt_version != request.prompt.version
        return ModelNotRecordedError(
            f"The prompt {name} of the {request.agent} was not asked like this in {self._folder}"
            + (
                f"; its file has changed since ({nearest.prompt_version}, now {request.prompt.version})"
                if changed
                else ""
            )
            + f". {_difference(nearest, request, user)}",
            hint="Record the conversation again with --record-model.",
        )


def _lines(text: str) -> list[str]:
    return same(text).splitlines()


def _shared(one: str, other: str) -> int:
    """How many lines two texts begin with in common."""
    pairs = zip(_lines(one), _lines(other), strict=False)
    return next((i for i, (a, b) in enumerate(pairs) if a != b), min(len(_lines(one)), len(_lines(other))))


def _difference(nearest: Exchange, request: ChatRequest, user: str) -> str:
    if same(nearest.user) == same(user):
        return f"The question is the same; the {len(request.turns)} turns after it are others."
    before, now = _lines(nearest.user), _lines(user)
    line = _shared(nearest.user, user)
    return f"Line {line + 1} was {_told(before, line)} and is {_told(now, line)}."


def _told(lines: list[str], number: int) -> str:
    return f"“{shortened(printable(lines[number].strip()), _SHOWN)}”" if number < len(lines) else "missing"
