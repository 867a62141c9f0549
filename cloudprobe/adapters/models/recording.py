"""A chat model that is listened to: every exchange becomes a file (``--record-model DIR``)."""

import re
import threading
from collections.abc import Sequence
from pathlib import Path

from cloudprobe.adapters.local import disk
from cloudprobe.adapters.models.exchange import Exchange, file_text, recorded
from cloudprobe.domain.conversation import ChatReply, ChatRequest
from cloudprobe.ports import ChatModel

FILE_NAME = re.compile(r"(\d{3,})-[a-z0-9_.-]+\.json")
_lock = threading.Lock()
"""Agents have a chat each and share the folder."""


class RecordedChat:
    """``ChatModel`` around another.

    Args:
        chat: what is listened to.
        folder: made if it is not there; what stands in it stays.
        secrets: values that may stand in no file.
    """

    def __init__(self, chat: ChatModel, folder: Path, *, secrets: Sequence[str] = ()) -> None:
        self._chat = chat
        self._folder = folder
        self._secrets = tuple(secrets)

    @property
    def name(self) -> str:
        return self._chat.name

    @property
    def context_tokens(self) -> int:
        return self._chat.context_tokens

    def send(self, request: ChatRequest) -> ChatReply:
        reply = self._chat.send(request)
        self._keep(recorded(request, reply, secrets=self._secrets))
        return reply

    def count(self, request: ChatRequest) -> int:
        return self._chat.count(request)

    def _keep(self, exchange: Exchange) -> None:
        data = file_text(exchange).encode("utf-8", "backslashreplace")
        with _lock:
            disk.make_folder(self._folder)
            number = 1 + max((int(path.name.partition("-")[0]) for path in exchange_files(self._folder)), default=0)
            while not disk.write_new(self._folder / _file_name(number, exchange), data):
                number += 1


def exchange_files(folder: Path) -> list[Path]:
    """In the order in which they were recorded."""
    found = [path for path in folder.iterdir() if FILE_NAME.fullmatch(path.name)]
    return sorted(found, key=lambda path: (int(path.name.partition("-")[0]), path.name))


def _file_name(number: int, exchange: Exchange) -> str:
    prompt = re.sub(r"[^a-z0-9_.]+", "-", exchange.prompt.lower())
    return f"{number:03d}-{exchange.agent}-{prompt}-{exchange.key}.json"
