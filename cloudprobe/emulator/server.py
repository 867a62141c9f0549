"""The emulator as one server: ministack behind the gate, with its seams repaired, on a listening socket."""

import asyncio
import os
import socket
from dataclasses import asdict

from hypercorn.asyncio import serve
from hypercorn.config import Config

from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.control import StartOrder
from cloudprobe.emulator.seams import server as seam
from cloudprobe.emulator.seams.server import AsgiApp

_KEEP_ALIVE_SECONDS = 600.0


class Server:
    """One loaded emulator. It can be loaded once in a process, because ministack is a set of modules."""

    def __init__(self, application: AsgiApp, *, endpoint_url: str, region: str) -> None:
        self._application = application
        self._endpoint_url = endpoint_url
        self._region = region
        self.started = asyncio.Event()

    @classmethod
    def load(cls, order: StartOrder, *, port: int) -> "Server":
        inner = seam.load(port=port, account_id=order.account_id, region=order.region, scratch=order.scratch)
        # What follows reaches into ministack, which may be imported only now.
        from cloudprobe.emulator.gate import Gate  # noqa: PLC0415
        from cloudprobe.emulator.seams import repairs  # noqa: PLC0415
        from cloudprobe.emulator.seams.past import with_a_past  # noqa: PLC0415

        endpoint_url = f"http://127.0.0.1:{port}"
        repairs.install(functions=order.functions, tasks=order.tasks, endpoint_url=endpoint_url)
        return cls(Gate(with_a_past(inner)), endpoint_url=endpoint_url, region=order.region)

    async def run(self, listener: socket.socket, stopped: asyncio.Event) -> None:
        """Serve until ``stopped``; hypercorn gets the listening socket by its descriptor."""
        config = Config()
        config.bind = [f"fd://{os.dup(listener.fileno())}"]
        config.accesslog = None
        config.errorlog = None
        config.keep_alive_timeout = _KEEP_ALIVE_SECONDS
        config.graceful_timeout = 0.2

        async def shutdown() -> None:
            self.started.set()
            await stopped.wait()

        await serve(self._application, config, shutdown_trigger=shutdown)

    async def administrator(self, account_id: str) -> dict[str, str]:
        """Make an administrator in one account and tell how to reach it."""
        keys = await seam.create_administrator(account_id, self._region)
        return asdict(
            AccountAccess(
                endpoint_url=self._endpoint_url,
                account_id=account_id,
                region=self._region,
                access_key_id=keys.access_key_id,
                secret_access_key=keys.secret_access_key,
            )
        )
