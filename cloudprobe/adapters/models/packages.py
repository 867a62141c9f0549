"""Whether what a model needs is installed, told before anything is loaded."""

import importlib.util

from cloudprobe.errors import ModelAccessError


def installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except (ImportError, ValueError):  # of the package around it
        return False


def needed(module: str, *, package: str, what: str) -> None:
    """Raise unless a module can be imported.

    Args:
        module: as it is imported.
        package: as it is installed.
        what: what needs it.

    Raises:
        ModelAccessError: it is not installed.
    """
    if not installed(module):
        raise ModelAccessError(f"{what} needs a package that is not installed.", hint=f"pip install '{package}'")
