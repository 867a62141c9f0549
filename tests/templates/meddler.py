"""A loopback proxy in front of the embedded account that gives some answers itself, for what no emulator does.

Throttling, regions that are switched off, things deleted between two calls, and services the emulator lacks.
"""

import http.client
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

from cloudprobe.emulator.access import AccountAccess


@dataclass(frozen=True)
class Request:
    method: str
    path: str
    body: bytes
    region: str

    def asks(self, action: str) -> bool:
        """Whether this is some action of a query protocol."""
        return f"Action={action}&".encode() in self.body + b"&"


@dataclass
class Answer:
    status: int
    body: bytes
    headers: dict[str, str] = field(default_factory=dict)


Rule = Callable[[Request], Answer | None]


def query_error(code: str, *, status: int = 400, request_id: str = "11111111-2222-3333-4444-555555555555") -> Answer:
    """As IAM and S3 put an error, near enough."""
    body = f"<ErrorResponse><Error><Code>{code}</Code><Message>Meddled.</Message></Error><RequestId>{request_id}</RequestId></ErrorResponse>"
    return Answer(status, body.encode())


def ec2_error(code: str, *, status: int = 400) -> Answer:
    body = f"<Response><Errors><Error><Code>{code}</Code><Message>Meddled.</Message></Error></Errors><RequestID>{code}</RequestID></Response>"
    return Answer(status, body.encode())


@contextmanager
def meddling(access: AccountAccess, rule: Rule) -> Iterator[AccountAccess]:
    """Access to the same account through a proxy that asks ``rule`` first."""
    upstream = urlsplit(access.endpoint_url)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _handle(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            scope = self.headers.get("Authorization", "").partition("Credential=")[2].split("/")
            request = Request(self.command, self.path, body, scope[2] if len(scope) > 2 else "")
            answer = rule(request) or self._forward(body)
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                if name.lower() not in {"content-length", "transfer-encoding", "connection", "date", "server"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            self.wfile.write(answer.body)

        do_GET = do_POST = do_PUT = do_HEAD = do_DELETE = _handle  # noqa: N815 - names the base class looks for

        def _forward(self, body: bytes) -> Answer:
            connection = http.client.HTTPConnection(upstream.hostname or "", upstream.port, timeout=60)
            connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
            for name, value in self.headers.items():
                connection.putheader(name, value)
            connection.endheaders(body)
            response = connection.getresponse()
            answer = Answer(response.status, response.read(), dict(response.getheaders()))
            connection.close()
            return answer

        def log_message(self, *_: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield replace(access, endpoint_url=f"http://127.0.0.1:{server.server_address[1]}")
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
