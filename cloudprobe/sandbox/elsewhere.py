"""Tiers where Linux cannot confine by itself: macOS's own sandbox, and Docker. ``launch`` has those of Linux."""

import secrets
import shutil
import sys
from collections.abc import Iterable
from pathlib import Path

from cloudprobe.sandbox.limits import Limits
from cloudprobe.sandbox.runtime import Runtime

SANDBOX_EXEC = Path("/usr/bin/sandbox-exec")
IMAGE = f"python:{sys.version_info.major}.{sys.version_info.minor}-slim"
"""The official image of the interpreter that runs us; it is never pulled by itself."""
CHANNEL = "/channel"
SOCKET = "broker"
_NOBODY = "65534:65534"
_TEMPORARY = "/tmp"  # noqa: S108  # a private one inside the container


def profile(runtime: Runtime, *, folder: Path) -> str:
    """What ``sandbox-exec`` lets a child do: read its interpreter and packages, write into its folder, nothing else.

    The child's one socket is connected before the profile applies, and stays so.
    """
    readable = [
        runtime.standard_library,
        runtime.interpreter.parent.parent,
        *runtime.packages,
        runtime.child,
        *([runtime.shared_libraries] if runtime.shared_libraries else []),
        *([runtime.dependencies] if runtime.dependencies else []),
        *map(
            Path, ("/usr/lib", "/usr/share/zoneinfo", "/System", "/private/var/db/timezone", "/private/etc/localtime")
        ),
        folder,
    ]
    devices = [Path(name) for name in ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")]
    return "\n".join(
        [
            "(version 1)",
            "(deny default)",
            f"(allow process-exec (subpath {_quoted(runtime.interpreter.parent.parent)}))",
            "(allow file-read-metadata)",
            f'(allow file-read* (literal "/") {_all("subpath", readable)} {_all("literal", devices)})',
            f'(allow file-write* (subpath {_quoted(folder)}) (literal "/dev/null"))',
            "(allow sysctl-read)",
            "(allow signal (target self))",
        ]
    )


def docker() -> str:
    """Path of the client.

    Raises:
        OSError: there is none.
    """
    found = shutil.which("docker")
    if found is None:
        raise FileNotFoundError("the program docker is not installed")
    return found


def container_command(
    runtime: Runtime, limits: Limits, environment: dict[str, str], *, name: str, channel: Path, packages: Iterable[str]
) -> tuple[str, ...]:
    """``docker run`` up to the descriptor's place: no network, no capabilities, nothing writable but a small ``/tmp``.

    Args:
        runtime: whose packages are shown; the interpreter is the image's.
        limits: of the run. The container ends with its wall clock even where we were killed.
        environment: of the child.
        name: of the container, by which it is ended.
        channel: folder with the broker's socket.
        packages: folders to import from, inside.
    """
    given, *declared = packages
    mounts = [
        *((str(package), f"{given}/{package.name}", "ro") for package in runtime.packages),
        *((str(runtime.dependencies), inside, "ro") for inside in declared),
        (str(runtime.child), "/bootstrap", "ro"),
        (str(channel), CHANNEL, "ro"),
    ]
    memory = f"{limits.memory_bytes}b"
    return (
        *(docker(), "run", "--rm", "--interactive", "--pull", "never", "--name", name, "--hostname", "probe"),
        *("--network", "none", "--ipc", "none", "--read-only", "--user", _NOBODY, "--workdir", "/"),
        *("--cap-drop", "ALL", "--security-opt", "no-new-privileges", "--pids-limit", str(limits.threads + 8)),
        *("--memory", memory, "--memory-swap", memory, "--ulimit", "core=0", "--log-driver", "none"),
        *("--tmpfs", f"{_TEMPORARY}:rw,noexec,nosuid,nodev,mode=1777,size={limits.file_bytes}"),
        *(part for source, inside, mode in mounts for part in ("--volume", f"{source}:{inside}:{mode}")),
        *(part for key, value in sorted(environment.items()) for part in ("--env", f"{key}={value}")),
        *("--entrypoint", "timeout", IMAGE, "--signal", "KILL", f"{limits.wall_seconds + 10:.0f}"),
        *("python3", "-S", "-s", "-P", "-B", "/bootstrap/bootstrap.py"),
    )


def container_name() -> str:
    return f"cloudprobe-{secrets.token_hex(8)}"


def _all(kind: str, paths: Iterable[Path]) -> str:
    return " ".join(f"({kind} {_quoted(path)})" for path in paths)


def _quoted(path: Path) -> str:
    escaped = str(path).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'
