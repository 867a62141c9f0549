"""The Python that a child runs: this interpreter and the few packages a boto3 script needs, wherever they live.

The interpreter may stand in a home folder (pyenv) and the packages in a virtual environment; neither folder as such
is shown to the child.
"""

import compileall
import contextlib
import functools
import importlib.metadata
import importlib.util
import os
import stat
import sys
import sysconfig
from dataclasses import dataclass
from pathlib import Path

PACKAGES = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six")
_DISTRIBUTIONS = ("boto3", "botocore", "s3transfer", "jmespath", "python_dateutil", "urllib3", "six")
_SYSTEM_LIBRARIES = ("/lib", "/lib64", "/lib32", "/libx32", "/usr/lib", "/usr/lib64")
SYSTEM_FILES = ("/etc/ld.so.cache", "/usr/share/zoneinfo")
DEVICES = ("/dev/null", "/dev/zero", "/dev/urandom", "/dev/random")
_OTHERS_MAY_ENTER, _OTHERS_MAY_READ = 0o001, 0o004


@dataclass(frozen=True, slots=True, kw_only=True)
class Runtime:
    interpreter: Path
    standard_library: Path
    shared_libraries: Path | None
    """Folder of the interpreter's own shared libraries, where that is none of the system's."""
    packages: tuple[Path, ...]
    """The packages themselves and their metadata, in one or more folders."""
    child: Path
    """Our own modules for the child."""
    dependencies: Path | None = None
    """Folder of what this script declared beside boto3, from ``dependencies.environment``."""

    @property
    def system_libraries(self) -> tuple[Path, ...]:
        return tuple(path for name in _SYSTEM_LIBRARIES if (path := Path(name)).exists())

    @property
    def third_party(self) -> tuple[Path, ...]:
        """Folders inside the standard library that hold what is none of the script's business."""
        folders = (self.standard_library / "site-packages", self.standard_library / "dist-packages")
        return tuple(folder for folder in (*folders, Path("/usr/lib/python3")) if folder.is_dir())

    def _declared(self) -> tuple[Path, ...]:
        return () if self.dependencies is None else (self.dependencies,)

    def hidden_from_others(self) -> Path | None:
        """The first folder or file on the way that another user of this machine may not enter or read."""
        needed = (self.interpreter, self.standard_library / "os.py", self.child / "cleaner.py", *self.packages)
        for path in (*needed, *self._declared()):
            for parent in reversed(path.parents):
                if not parent.stat().st_mode & _OTHERS_MAY_ENTER:
                    return parent
            if not path.stat().st_mode & _OTHERS_MAY_READ:
                return path
        return None


@functools.cache
def runtime() -> Runtime:
    """Find the runtime of this interpreter, and see to it that a child need not compile it again and again."""
    packages = tuple(_package(name) for name in PACKAGES)
    _compile(packages)
    return Runtime(
        interpreter=Path(sys._base_executable).resolve(),  # type: ignore[attr-defined]  # noqa: SLF001  # no other name
        standard_library=Path(os.__file__).resolve().parent,
        shared_libraries=_shared_libraries(),
        packages=(*packages, *_metadata(packages)),
        child=Path(__file__).resolve().parent / "child",
    )


@functools.cache
def versions() -> dict[str, str]:
    """What a script runs on, by distribution; one whose metadata was left out of an image is left out here."""
    found: dict[str, str] = {}
    for name in _DISTRIBUTIONS:
        with contextlib.suppress(importlib.metadata.PackageNotFoundError):
            found[name.replace("_", "-")] = importlib.metadata.version(name)
    return found


def _package(name: str) -> Path:
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise ModuleNotFoundError(f"The package {name} is not installed.", name=name)
    origin = Path(spec.origin).resolve()
    return origin.parent if origin.name == "__init__.py" else origin


def _metadata(packages: tuple[Path, ...]) -> tuple[Path, ...]:
    folders = sorted({package.parent for package in packages})
    return tuple(
        found for folder in folders for name in _DISTRIBUTIONS for found in sorted(folder.glob(f"{name}-*.dist-info"))
    )


def _shared_libraries() -> Path | None:
    """Where ``libpython`` and its neighbours are, if the interpreter brought its own."""
    # Where it was built to stand, unless it was moved since: then that place is missing, or somebody else's.
    for candidate in (sysconfig.get_config_var("LIBDIR"), f"{sys.base_prefix}/lib"):
        try:
            folder = Path(candidate or "/nonexistent").resolve()
            if not folder.is_dir():
                continue
        except OSError:
            continue
        inside_system = any(
            folder.is_relative_to(Path(name).resolve()) for name in _SYSTEM_LIBRARIES if Path(name).exists()
        )
        return None if inside_system else folder
    return None


def _compile(packages: tuple[Path, ...]) -> None:
    """An installer may leave compiling to the first import; a child cannot write, so it would pay every time."""
    for package in packages:
        first = package / "__init__.py" if package.is_dir() else package
        if Path(importlib.util.cache_from_source(str(first))).exists() or not _writable(package):
            continue
        with contextlib.suppress(OSError):
            compileall.compile_dir(package, quiet=2) if package.is_dir() else compileall.compile_file(package, quiet=2)


def _writable(path: Path) -> bool:
    return os.access(path.parent, os.W_OK) and not stat.S_ISLNK(path.lstat().st_mode)
