"""The embedded account as its users hold it: start it, reach it, stop it."""

import contextlib
import json
import os
import secrets
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.control import StartOrder, read_message, write_message
from cloudprobe.emulator.seams.versions import assert_pinned
from cloudprobe.errors import CloudprobeError, PermanentError, UsageError

_STOP_SECONDS = 5.0
_PACKAGE_PARENT = str(Path(__file__).parents[2])


class EmbeddedAccountFailedError(PermanentError):
    """The account's process ended or did not start; the message carries the last thing it said."""


class EmbeddedAccount:
    """An emulated AWS account in a child process that serves 127.0.0.1 alone and ends with its parent.

    Made by ``start``; a context manager that stops it. The attributes of its access (``endpoint_url``, ``account_id``,
    ``region``, ``access_key_id``, ``secret_access_key``, ``environment()``, ``session()``, ``client()``) are its own.
    """

    def __init__(self, process: "subprocess.Popen[str]", access: AccountAccess, scratch: str) -> None:
        self._process = process
        self._scratch = scratch
        self.access = access

    @classmethod
    def start(
        cls,
        *,
        port: int | None = None,
        account_id: str | None = None,
        region: str = "us-east-1",
        functions: Mapping[str, str] | None = None,
        tasks: Mapping[str, str] | None = None,
        environment: Mapping[str, str] | None = None,
    ) -> "EmbeddedAccount":
        """Start the account and return once it answers.

        Args:
            port: where to listen; the kernel chooses when it is None.
            account_id: twelve digits; random when it is None.
            region: the home region of what is made without one.
            functions: Lambda function name to ``module:callable``, run in the account's process as the function's code.
            tasks: ECS task definition family to ``module:callable``, run in a process of its own as the task.
            environment: further variables of the account's process, of which it inherits none.

        Raises:
            UsageError: the port is taken, or the account id is none.
            EmulatorMissingError: the packages of the extra ``embedded`` are not there.
        """
        assert_pinned()
        account_id = account_id or random_account_id()
        if not (len(account_id) == 12 and account_id.isdigit()):  # noqa: PLR2004 - the length of every AWS account id
            raise UsageError(f"{account_id!r} is no account id.", hint="Give twelve digits, or none for a random one.")
        scratch = tempfile.mkdtemp(prefix="cloudprobe-account-")
        order = StartOrder(
            scratch=scratch,
            parent_pid=os.getpid(),
            account_id=account_id,
            region=region,
            port=port or 0,
            functions=dict(functions or {}),
            tasks=dict(tasks or {}),
            search_path=tuple(entry for entry in sys.path if entry),
        )
        process = _spawn(scratch, environment or {})
        try:
            access = AccountAccess.from_message(_ask(process, order.message(), "ready", scratch=scratch, port=port))
        except BaseException:
            _end(process, scratch)
            raise
        return cls(process, access, scratch)

    @property
    def endpoint_url(self) -> str:
        return self.access.endpoint_url

    @property
    def account_id(self) -> str:
        return self.access.account_id

    @property
    def region(self) -> str:
        return self.access.region

    @property
    def access_key_id(self) -> str:
        return self.access.access_key_id

    @property
    def secret_access_key(self) -> str:
        return self.access.secret_access_key

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def ended(self) -> bool:
        """The process is gone, though nobody stopped it."""
        return self._process.poll() is not None

    def environment(self) -> dict[str, str]:
        return self.access.environment()

    def session(self, region: str | None = None) -> Any:
        return self.access.session(region)

    def client(self, service: str, region: str | None = None, **options: Any) -> Any:
        return self.access.client(service, region, **options)

    def second_account(self, account_id: str | None = None) -> AccountAccess:
        """Another, empty account in the same process, and the keys of an administrator in it.

        Accounts share what AWS shares (names of buckets, ARNs in policies, roles assumed across) and nothing else.
        """
        message = {"order": "account", "account_id": account_id or random_account_id()}
        return AccountAccess.from_message(_ask(self._process, message, "account", scratch=self._scratch))

    def wait(self) -> int:
        """Block until the account's process ends and return its exit code."""
        return self._process.wait()

    def stop(self) -> None:
        """End the process and remove what it wrote. Stopping twice is no error."""
        _end(self._process, self._scratch)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()


def random_account_id() -> str:
    """Twelve digits that do not begin with a zero, which some tools drop."""
    return str(secrets.randbelow(9 * 10**11) + 10**11)


def _spawn(scratch: str, environment: Mapping[str, str]) -> "subprocess.Popen[str]":
    """The child inherits no variable: a profile, a proxy or a Docker host of its parent would change what it does."""
    with (Path(scratch) / "stderr.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-P", "-m", "cloudprobe.emulator.child"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=log,
            cwd=scratch,
            env={"PYTHONPATH": _PACKAGE_PARENT, "LANG": "C.UTF-8", **environment},
            text=True,
            encoding="utf-8",
            start_new_session=True,  # Ctrl-C is for the parent, which stops the account in its own time
        )


def _ask(
    process: "subprocess.Popen[str]", message: Mapping[str, Any], answer: str, *, scratch: str, port: int | None = None
) -> Mapping[str, Any]:
    """Send one order and return the named part of its answer."""
    assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - both are pipes by _spawn
    try:
        write_message(process.stdin, message)
        reply = read_message(process.stdout)
    except (OSError, json.JSONDecodeError):
        reply = None
    if reply is not None and answer in reply:
        found: Mapping[str, Any] = reply[answer]
        return found
    raise _failure(reply, scratch=scratch, port=port)


def _failure(reply: Mapping[str, Any] | None, *, scratch: str, port: int | None) -> CloudprobeError:
    if reply is not None and reply.get("error") == "port":
        return UsageError(
            f"Port {port} on 127.0.0.1 cannot be used: {reply['message']}.",
            hint="Stop what listens there, or choose another port.",
        )
    said = reply["message"] if reply is not None and "message" in reply else _last_words(scratch)
    return EmbeddedAccountFailedError(f"The embedded account ended: {said or 'it said nothing'}.")


def _last_words(scratch: str) -> str:
    try:
        said = (Path(scratch) / "stderr.log").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
    return said.strip().rpartition("\n")[2]


def _end(process: "subprocess.Popen[str]", scratch: str) -> None:
    """Hang up, which ends the child; then insist."""
    for stream in (process.stdin, process.stdout):
        if stream is not None:
            with contextlib.suppress(OSError):
                stream.close()
    try:
        process.wait(_STOP_SECONDS)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    shutil.rmtree(scratch, ignore_errors=True)
