"""Install what a script declared: once, from the listed wheels alone, outside the sandbox, and read-only from then on.

An environment is a folder named by what is in it: packages, hashes, interpreter. It is built beside its place and
renamed into it whole, so several processes may want the same one at once. Installing a wheel executes nothing of it.
"""

import compileall
import fcntl
import functools
import hashlib
import importlib.util
import json
import os
import py_compile
import re
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from cloudprobe.errors import RefusedError, StoreError, TemporaryError
from cloudprobe.sandbox.dependencies.allowed import Package, resolve

_SECONDS = 300
_LISTING = "installed.json"
_LIBRARY = "library"
_COMPLAINT_CHARACTERS = 300
_OTHER_FILE = re.compile(r"hash mismatch|do not match the hashes", re.IGNORECASE)


class Environments:
    """The environments on this machine.

    Args:
        root: folder that holds them; made if need be. Other users must be able to read it where the tier changes user.
        options: for the installer, for example ``("--no-index", "--find-links", "/wheels")`` on a machine without an
            index. Otherwise the installer's own configuration says where packages come from; their hashes say which.
    """

    def __init__(self, root: Path, *, options: Sequence[str] = ()) -> None:
        self._root = root
        self._options = tuple(options)

    def prepare(self, pins: Iterable[str]) -> Path | None:
        """The folder to import from; None where nothing beside the given packages was declared.

        Args:
            pins: ``name==version`` each, as a permit has them.

        Raises:
            RefusedError: a package is not on the allow-list, or its file is not the listed one.
            TemporaryError: the index cannot be reached.
            StoreError: the folder cannot be written.
        """
        packages = resolve(pins)
        if not packages:
            return None
        place = self._root / _name(packages)
        try:
            self._make_root()
            with _locked(self._root / f".{place.name}.lock"):
                if not _is_whole(place):
                    self._build(place, packages)
        except OSError as error:
            raise StoreError(
                f"The packages for this script cannot be kept in {self._root}: {error.strerror or error}.",
                hint="Free some space there, or let this user write there.",
            ) from error
        return place / _LIBRARY

    def _make_root(self) -> None:
        self._root.mkdir(mode=0o755, parents=True, exist_ok=True)
        details = self._root.lstat()
        if self._root.is_symlink() or details.st_uid != os.geteuid() or details.st_mode & 0o022:
            raise RefusedError(
                f"The folder {self._root} can be written by others, so what is in it cannot be trusted.",
                hint=f"Remove it, or make it yours alone: chmod go-w {self._root}",
            )

    def _build(self, place: Path, packages: Sequence[Package]) -> None:
        _discard(place)
        scratch = Path(tempfile.mkdtemp(prefix=f".{place.name}-", dir=self._root))
        try:
            self._install(packages, scratch)
            library = scratch / _LIBRARY
            # Read-only inside, so a child would compile again and again; by content, so that copying changes nothing.
            compileall.compile_dir(library, quiet=2, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH)
            (scratch / _LISTING).write_text(json.dumps(_digests(library), sort_keys=True), encoding="utf-8")
            _close(scratch)
            scratch.rename(place)
        finally:
            _discard(scratch)

    def _install(self, packages: Sequence[Package], scratch: Path) -> None:
        requirements = scratch / "requirements.txt"
        requirements.write_text("".join(map(_requirement, packages)), encoding="utf-8")
        command = [
            *_installer(),
            *("--quiet", "--no-deps", "--require-hashes", "--only-binary", ":all:"),
            *("--target", str(scratch / _LIBRARY), "--requirement", str(requirements)),
            *self._options,
        ]
        names = ", ".join(package.pin for package in packages)
        try:
            done = subprocess.run(  # noqa: S603  # our own command; the names come from our own list
                command,
                stdin=subprocess.DEVNULL,
                capture_output=True,
                text=True,
                errors="replace",
                check=False,
                timeout=_SECONDS,
            )
        except subprocess.TimeoutExpired as error:
            raise TemporaryError(f"Installing {names} took more than {_SECONDS} seconds.", hint="Try again.") from error
        if done.returncode:
            raise _failure(names, done.stderr)


def _failure(names: str, complaint: str) -> RefusedError | TemporaryError:
    lines = [line.strip() for line in complaint.strip().splitlines() if line.strip()]
    last = " ".join(lines)[-_COMPLAINT_CHARACTERS:] or "no reason given"
    if _OTHER_FILE.search(complaint):
        return RefusedError(
            f"What the index offers for {names} is not what the allow-list names: {last}",
            hint="Do not use that index before somebody has found out why.",
        )
    return TemporaryError(
        f"{names} could not be installed: {last}",
        hint="Check that the package index can be reached, or ask for a script that needs boto3 alone.",
    )


def _requirement(package: Package) -> str:
    hashes = " ".join(f"--hash=sha256:{digest}" for digest in package.wheels.values())
    return f"{package.pin} {hashes}\n"


@functools.cache
def _installer() -> tuple[str, ...]:
    """The command that installs: uv where it is, else pip of this interpreter or of the one beneath it.

    Raises:
        RefusedError: there is neither.
    """
    beside = Path(sys.executable).parent / "uv"
    uv = str(beside) if beside.exists() else shutil.which("uv")
    if uv:
        return (uv, "pip", "install", "--python", sys.executable, "--link-mode", "copy")
    common = ("-m", "pip", "install", "--disable-pip-version-check", "--no-compile", "--no-input")
    base: str = sys._base_executable  # type: ignore[attr-defined]  # noqa: SLF001  # no other name
    if importlib.util.find_spec("pip") is not None:
        return (sys.executable, *common)
    if subprocess.run([base, "-m", "pip", "--version"], capture_output=True, check=False).returncode == 0:  # noqa: S603  # our own interpreter
        return (base, *common)
    raise RefusedError(
        "Packages cannot be installed: there is neither uv nor pip on this machine.",
        hint="Install uv, or ask for a script that needs boto3 alone.",
    )


def installer_missing() -> str:
    """Why packages cannot be installed here, for ``doctor``; empty where they can."""
    try:
        _installer()
    except RefusedError as refused:
        return str(refused)
    return ""


def _name(packages: Sequence[Package]) -> str:
    """What the environment holds, and for whom, in a few characters."""
    tag = f"cp{sys.version_info.major}{sys.version_info.minor}-{sysconfig.get_platform()}"
    content = json.dumps([tag, [[p.name, p.version, sorted(p.wheels.items())] for p in packages]])
    return f"{tag}-{hashlib.sha256(content.encode()).hexdigest()[:24]}"


def _digests(library: Path) -> dict[str, str]:
    return {
        str(path.relative_to(library)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(library.rglob("*"))
        if path.is_file()
    }


def _is_whole(place: Path) -> bool:
    """Whether it holds exactly what was installed; what was changed since is built again."""
    try:
        listing = json.loads((place / _LISTING).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return False
    return bool(listing == _digests(place / _LIBRARY))


def _close(folder: Path) -> None:
    """Nobody may write, everybody may read: a script may run as another user."""
    for path in folder.rglob("*"):
        path.chmod(0o555 if path.is_dir() else 0o444)
    folder.chmod(0o755)  # it must still be renamed


def _discard(place: Path) -> None:
    if place.exists():
        for path in (place, *place.rglob("*")):
            if path.is_dir() and not path.is_symlink():
                path.chmod(0o700)
        shutil.rmtree(place)


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("wb") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def default_root() -> Path:
    """Where environments go when nobody says: a folder of this user's among the temporary ones."""
    return Path(tempfile.gettempdir()) / f"cloudprobe-packages-{os.geteuid()}"
