"""The process of the embedded account: run as ``python -m cloudprobe.emulator.child``, ordered over its pipes.

It serves until its parent says stop, closes the pipe, or is gone, whichever it notices first, and removes its scratch
folder on the way out, so that a parent killed outright leaves neither a process nor a file behind.
"""

import asyncio
import os
import shutil
import socket
import sys
import threading
from collections.abc import Callable
from typing import IO, Any

from cloudprobe.emulator.control import StartOrder, read_message, write_message

_PARENT_CHECK_SECONDS = 1.0


def main() -> None:
    orders, answers = sys.stdin, _private_stdout()
    message = read_message(orders)
    if message is None:
        return
    order = StartOrder.from_message(message)
    try:
        asyncio.run(_serve(order, orders, answers))
    except Exception as error:
        write_message(answers, {"error": "failed", "message": f"{type(error).__name__}: {error}"})
        raise
    finally:
        _leave(order.scratch)


def _private_stdout() -> IO[str]:
    """The answers' own descriptor; what the emulator prints goes to standard error, a file in the scratch folder."""
    stream = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return stream


def _leave(scratch: str) -> None:
    shutil.rmtree(scratch, ignore_errors=True)
    # Worker threads of the emulator may still wait for something; nobody waits for them.
    os._exit(0)


async def _serve(order: StartOrder, orders: IO[str], answers: IO[str]) -> None:
    loop = asyncio.get_running_loop()
    stopped = asyncio.Event()
    try:
        listener = _listen(order.port)
    except OSError as error:
        write_message(answers, {"error": "port", "message": error.strerror or str(error)})
        return
    sys.path[:] = [*sys.path, *(entry for entry in order.search_path if entry not in sys.path)]
    allow_loopback_only()
    port = listener.getsockname()[1]
    from cloudprobe.emulator.server import Server  # noqa: PLC0415 - loads ministack, which only this process may

    server = Server.load(order, port=port)
    running = asyncio.create_task(server.run(listener, stopped))
    await server.started.wait()
    write_message(answers, {"ready": await server.administrator(order.account_id)})

    def stop() -> None:
        loop.call_soon_threadsafe(stopped.set)

    def new_account(message: dict[str, Any]) -> None:
        future = asyncio.run_coroutine_threadsafe(server.administrator(message["account_id"]), loop)
        write_message(answers, {"account": future.result()})

    threading.Thread(target=_obey, args=(orders, stop, new_account), daemon=True).start()
    threading.Thread(target=_watch_parent, args=(order.parent_pid, stop), daemon=True).start()
    await running


def _listen(port: int) -> socket.socket:
    """A socket on loopback, bound before the emulator is loaded: it must know its own port while loading."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(256)
    return listener


def _obey(orders: IO[str], stop: Callable[[], None], new_account: Callable[[dict[str, Any]], None]) -> None:
    """Carry out the parent's orders until it hangs up, which is an order too."""
    while (message := read_message(orders)) is not None:
        if message.get("order") != "account":
            break
        new_account(message)
    stop()


def _watch_parent(parent: int, stop: Callable[[], None]) -> None:
    """Notice a parent that died while some other process of its still holds our pipe open."""
    idle = threading.Event()
    while os.getppid() == parent:
        idle.wait(_PARENT_CHECK_SECONDS)
    stop()


def allow_loopback_only() -> None:
    """Make every connection, name lookup or listener beyond this machine fail, whatever in the emulator asks for it."""

    def refuse_outside(event: str, arguments: tuple[Any, ...]) -> None:
        if event in {"socket.connect", "socket.bind", "socket.sendto"}:
            address = arguments[1]
        elif event == "socket.getaddrinfo":
            address = arguments[:2]
        else:
            return
        if isinstance(address, tuple) and not _is_loopback(str(address[0] or "")):
            raise PermissionError(f"The embedded account stays on 127.0.0.1; it does not talk to {address[0]!r}.")

    sys.addaudithook(refuse_outside)


def _is_loopback(host: str) -> bool:
    return host.startswith("127.") or host in {"::1", "localhost"}


if __name__ == "__main__":
    main()
