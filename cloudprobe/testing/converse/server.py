"""The server itself: requests by path, each checked, kept, and answered as scripted."""

import json
import re
import threading
import uuid
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self
from urllib.parse import unquote

from cloudprobe.testing.converse.answers import STATUSES, Answer, fault
from cloudprobe.testing.converse.cache import PromptCache, tokens
from cloudprobe.testing.converse.event_stream import streamed
from cloudprobe.testing.converse.rules import violations

Json = dict[str, Any]
_PATH = re.compile(r"/model/([^/]+)/(converse|converse-stream|count-tokens)")
_SIGNED = ("AWS4-HMAC-SHA256", "Bearer ")


@dataclass(frozen=True, slots=True, kw_only=True)
class ConverseRequest:
    """One request as it came."""

    operation: str
    """``converse``, ``converse-stream`` or ``count-tokens``."""
    model: str
    body: Json

    @property
    def tool(self) -> str:
        """The first tool it offers; empty without one."""
        tools = (self.body.get("toolConfig") or {}).get("tools") or []
        return next((tool["toolSpec"]["name"] for tool in tools if "toolSpec" in tool), "")

    @property
    def text(self) -> str:
        """Everything that is said in it, the system's part first."""
        blocks = [*(self.body.get("system") or [])]
        for message in self.body.get("messages") or []:
            blocks += message.get("content") or []
        return "\n".join(block["text"] for block in blocks if "text" in block)


Scripted = Answer | Callable[[ConverseRequest], Answer]


class ConverseServer:
    """Answers as scripted, in order, whoever asks; used up, it refuses and says so.

    ``requests`` lists what was asked, refusals included; ``url`` is where it stands, on the loopback interface alone.

    Args:
        script: what to say, one a request; counting tokens takes none of it.
        then: said once the script is used up.
        models: the only models there are, by id; None takes any.
        context_tokens: a longer request is refused as Bedrock does it; None takes any.
        strict: whether requests must keep Bedrock's rules.
    """

    def __init__(
        self,
        *script: Scripted,
        then: Scripted | None = None,
        models: Iterable[str] | None = None,
        context_tokens: int | None = None,
        strict: bool = True,
        port: int = 0,
    ) -> None:
        self.requests: list[ConverseRequest] = []
        self._script = deque(script)
        self._then = then
        self._models = None if models is None else frozenset(models)
        self._context_tokens = context_tokens
        self._strict = strict
        self._cache = PromptCache()
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self._server = _Server(("127.0.0.1", port), self)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_address[1]}"

    @property
    def conversations(self) -> list[ConverseRequest]:
        """What was asked, without the counting of tokens."""
        return [one for one in self.requests if one.operation != "count-tokens"]

    def add(self, *script: Scripted) -> None:
        """Script more."""
        with self._lock:
            self._script.extend(script)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stopped.set()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def take(self, request: ConverseRequest, *, signed: bool) -> tuple[Answer, Json]:
        """What to say to a request, and the output of one that is answered. Called by the handler."""
        with self._lock:
            self.requests.append(request)
        refused = self._refusal(request, signed=signed)
        if refused:
            return refused, {}
        if request.operation == "count-tokens":
            converse = (request.body.get("input") or {}).get("converse") or {}
            return Answer(), {"inputTokens": PromptCache().usage(request.model, converse)["inputTokens"]}
        with self._lock:
            scripted = self._script.popleft() if self._script else self._then
        answer = scripted(request) if callable(scripted) else scripted
        if answer is None:
            answer = fault("ValidationException", "the script of this server is used up")
        if answer.seconds:
            self._stopped.wait(answer.seconds)
        return answer, {} if answer.code else self._output(request, answer)

    def _refusal(self, request: ConverseRequest, *, signed: bool) -> Answer | None:
        if not signed:
            return fault("AccessDeniedException", "Missing Authentication Token")
        if self._models is not None and request.model not in self._models:
            return fault("ValidationException", "The provided model identifier is invalid.")
        if request.operation == "count-tokens":
            return None
        wrong = violations(request.model, request.body) if self._strict else []
        if wrong:
            return fault("ValidationException", "; ".join(wrong))
        if self._context_tokens is not None and tokens(request.body) > self._context_tokens:
            return fault("ValidationException", "Input is too long for requested model.")
        return None

    def _output(self, request: ConverseRequest, answer: Answer) -> Json:
        called = any("toolUse" in block for block in answer.content)
        usage = {
            **self._cache.usage(request.model, request.body),
            "outputTokens": tokens(list(answer.content)),
            **answer.usage,
        }
        counted = ("inputTokens", "outputTokens", "cacheReadInputTokens", "cacheWriteInputTokens")
        return {
            "metrics": {"latencyMs": int(1000 * answer.seconds) + 10},
            "output": {"message": {"role": "assistant", "content": list(answer.content)}},
            "stopReason": answer.stop or ("tool_use" if called else "end_turn"),
            "usage": {**usage, "totalTokens": sum(usage.get(name, 0) for name in counted)},
        }


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, address: tuple[str, int], owner: ConverseServer) -> None:
        super().__init__(address, _Handler)
        self.owner = owner

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away, as one does after its time-out, is nothing to print."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    wbufsize = 1 << 16  # head and body in one packet: otherwise 40 ms a call
    disable_nagle_algorithm = True
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the name is the base class's
        """Nothing is printed."""

    def do_POST(self) -> None:
        content = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        found = _PATH.fullmatch(self.path.split("?")[0])
        if found is None:
            return self._refuse(fault("ResourceNotFoundException", f"there is no {self.path}"))
        try:
            body = json.loads(content or b"{}")
        except ValueError:
            return self._refuse(fault("ValidationException", "the body is no JSON"))
        request = ConverseRequest(operation=found[2], model=unquote(found[1]), body=body)
        signed = (self.headers.get("Authorization") or "").startswith(_SIGNED)
        answer, output = self.server.owner.take(request, signed=signed)
        return self._send(request, answer, output)

    def _send(self, request: ConverseRequest, answer: Answer, output: Json) -> None:
        if answer.closes:
            self.close_connection = True
            self.connection.close()
        elif answer.code:
            self._refuse(answer)
        elif answer.body is not None:
            self._whole(200, answer.body)
        elif request.operation == "converse-stream":
            self._stream(output, breaks_with=answer.breaks_with)
        else:
            self._whole(200, json.dumps(output).encode())

    def _refuse(self, answer: Answer) -> None:
        body = json.dumps({"message": answer.message}).encode()
        self._whole(STATUSES.get(answer.code, 400), body, error=answer.code)

    def _whole(self, status: int, body: bytes, *, error: str = "") -> None:
        self._head(status, "application/json")
        self.send_header("Content-Length", str(len(body)))
        if error:
            self.send_header("x-amzn-ErrorType", error)
        self.end_headers()
        self.wfile.write(body)

    def _stream(self, output: Json, *, breaks_with: str) -> None:
        self._head(200, "application/vnd.amazon.eventstream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for part in streamed(output, breaks_with=breaks_with):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(part), part))
        self.wfile.write(b"0\r\n\r\n")

    def _head(self, status: int, content: str) -> None:
        self.send_response(status)
        self.send_header("Content-Type", content)
        self.send_header("x-amzn-RequestId", str(uuid.uuid4()))
