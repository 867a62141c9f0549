"""Finding the code of local functions and tasks."""

import importlib
from collections.abc import Callable
from typing import Any


def load_callable(path: str) -> Callable[..., Any]:
    """The callable that ``module:name`` names."""
    module, _, name = path.partition(":")
    found: Callable[..., Any] = getattr(importlib.import_module(module), name)
    return found
