"""The versions these seams were written against."""

import importlib.metadata

from cloudprobe.errors import PermanentError

PINNED = {"ministack": "1.5.33", "moto": "5.2.5", "jsonata-python": "0.7.1"}


class EmulatorMissingError(PermanentError):
    """The packages of the embedded account are not installed, or not in the versions it is written against."""

    exit_code = 2


def assert_pinned() -> None:
    """Raise unless every package reached into is installed in exactly its pinned version."""
    wrong = []
    for package, version in PINNED.items():
        try:
            installed = importlib.metadata.version(package)
        except importlib.metadata.PackageNotFoundError:
            installed = "not installed"
        if installed != version:
            wrong.append(f"{package} {version} ({installed})")
    if wrong:
        raise EmulatorMissingError(
            f"The embedded account needs {', '.join(wrong)}.",
            hint="Install it with: pip install 'cloudprobe[embedded]'",
        )
