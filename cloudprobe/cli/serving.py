"""``serve``: the service on this machine, over one account, until it is stopped."""

import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from rich.console import Console

from cloudprobe import __version__
from cloudprobe.bootstrap import Account, Workspace, build_engine, open_account, open_workspace, start_logging
from cloudprobe.cli.reaching import Way
from cloudprobe.cli.thinking import Brain
from cloudprobe.config import Config
from cloudprobe.domain.inspection import InspectionSettings, InspectionStatus
from cloudprobe.domain.metrics import Metrics
from cloudprobe.errors import UsageError
from cloudprobe.ports import InspectionEngine
from cloudprobe.steps.measured import metrics_of

HOST = "127.0.0.1"


@dataclass(frozen=True, slots=True, kw_only=True)
class Service:
    """How it is wanted."""

    port: int
    callers: Path | None
    at_a_time: int


def serve(
    wanted: Service,
    settings: InspectionSettings,
    *,
    way: Way,
    brain: Brain,
    data_dir: Path | None,
    log_level: str | None,
) -> int:
    """Serve until Ctrl-C; what runs then is stopped, gives back what it was granted, and goes on at the next start."""
    try:
        import uvicorn  # noqa: PLC0415 - an extra

        from cloudprobe.service.app import create_app  # noqa: PLC0415 - as above
        from cloudprobe.service.callers import Callers  # noqa: PLC0415 - as above
        from cloudprobe.service.desk import Desk  # noqa: PLC0415 - as above
    except ImportError as error:
        raise UsageError(
            f"The service needs packages that are not here ({error.name}).", hint="pip install 'cloudprobe[service]'"
        ) from error
    config = Config.read(data_dir=data_dir, log_level=log_level)
    start_logging(config)
    workspace = open_workspace(config)
    callers, key = (Callers.read(wanted.callers), "") if wanted.callers else Callers.single()
    console = Console(stderr=True, highlight=False)
    cancel = threading.Event()
    with (
        _listening(wanted.port) as listener,
        open_account(settings.world, config, access=way.access, accounts=way.accounts) as opened,
    ):
        account = way.into(opened, console)
        base = account.narrow(settings)
        desk = Desk(
            _engines(workspace, account, cancel, brain),
            workspace.states,
            workspace.artifacts,
            workers=wanted.at_a_time,
        )
        app = create_app(desk, callers, base=base, metrics=lambda: _metrics(workspace), version=__version__)
        desk.open(base.inspected)
        try:
            _announce(console, listener, key)
            uvicorn.Server(uvicorn.Config(app, log_level="warning", server_header=False)).run(sockets=[listener])
        finally:
            cancel.set()
            desk.close()
    return 0


def _engines(
    workspace: Workspace, account: Account, cancel: threading.Event, brain: Brain
) -> Callable[[], InspectionEngine]:
    from cloudprobe.testing import NullObserver  # noqa: PLC0415 - only here

    return lambda: build_engine(workspace, account, observer=NullObserver(), cancel=cancel, model=brain.choice)


def _metrics(workspace: Workspace) -> list[Metrics]:
    finished = (record for record in workspace.inspections() if record.status is InspectionStatus.FINISHED)
    return [found for record in finished if (found := metrics_of(record, workspace.artifacts)) is not None]


def _listening(port: int) -> socket.socket:
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen()  # who reads the address may ask at once
    except OSError as error:
        listener.close()
        raise UsageError(
            f"Nothing can listen on {HOST}:{port}: {error.strerror}.", hint="Choose another one with --port."
        ) from error
    return listener


def _announce(console: Console, listener: socket.socket, key: str) -> None:
    console.print(f"serving     http://{HOST}:{listener.getsockname()[1]} (OpenAPI at /openapi.json; Ctrl-C stops it)")
    if key:
        console.print(
            f"key         {key}\n            made for this run; callers of your own: --callers FILE", soft_wrap=True
        )
