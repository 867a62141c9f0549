"""What every test may use: one embedded account a worker process, and no socket beyond this machine."""

import os
from collections.abc import Iterator

import pytest
import pytest_socket

from cloudprobe.emulator.access import AccountAccess
from cloudprobe.emulator.account import EmbeddedAccount

EMULATED_FUNCTIONS = "tests.emulator.functions"


def pytest_runtest_setup() -> None:
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1"], allow_unix_socket=True)


def _coverage_of_children() -> dict[str, str]:
    """The account's process inherits no variable, so what coverage says to child processes is handed over by name."""
    return {name: value for name, value in os.environ.items() if name.startswith("COVERAGE_")}  # noqa: TID251 - as above


@pytest.fixture(scope="session")
def embedded_account() -> Iterator[EmbeddedAccount]:
    """One account process for the session (under xdist: for the worker). Keep apart by unique names, or see below."""
    functions = {
        name: f"{EMULATED_FUNCTIONS}:{name}"
        for name in ("echo", "add", "double", "fail", "flaky", "slow", "deliver", "whoami", "crash", "reach_out")
    }
    tasks = {f"task-{name}": f"{EMULATED_FUNCTIONS}:task_{name}" for name in ("done", "broken", "slow", "deliver")}
    with EmbeddedAccount.start(functions=functions, tasks=tasks, environment=_coverage_of_children()) as account:
        yield account


@pytest.fixture
def clean_account(embedded_account: EmbeddedAccount) -> AccountAccess:
    """An empty account of its own, in the same process: milliseconds, and nothing of other tests in it."""
    return embedded_account.second_account()
