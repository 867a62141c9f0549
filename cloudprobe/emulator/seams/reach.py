"""The one way a seam replaces something: by name, failing loudly when upstream has renamed it."""

import sys
from typing import Any


def replace(owner: Any, name: str, replacement: Any) -> Any:
    """Put ``replacement`` where ``owner`` keeps ``name`` and return what was there.

    Raises:
        AttributeError: there is no such thing any more; the seam that asked must be written anew.
    """
    original = getattr(owner, name)
    setattr(owner, name, replacement)
    return original


def replace_everywhere(package: str, original: Any, replacement: Any) -> None:
    """Rebind a function in every loaded module of a package that imported it by name."""
    for name, module in list(sys.modules.items()):
        if name.startswith(package):
            for attribute, value in list(vars(module).items()):
                if value is original:
                    setattr(module, attribute, replacement)
