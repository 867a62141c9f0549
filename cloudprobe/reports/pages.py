"""Pages that load nothing: what their templates have in common."""

from pathlib import Path
from typing import TYPE_CHECKING, Any

from cloudprobe.domain.text import printable

if TYPE_CHECKING:
    from jinja2 import Environment


def page_environment(folder: Path) -> "Environment":
    """Escapes every value, and writes out what would act or hide; both hold for whatever a template forgets.

    Args:
        folder: of the templates.
    """
    from jinja2 import Environment, FileSystemLoader, StrictUndefined  # noqa: PLC0415 - only pages pay for it

    return Environment(
        loader=FileSystemLoader(folder),
        autoescape=True,
        finalize=_finalized,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def _finalized(value: Any) -> Any:
    """A value on its way out: text on one line, made printable; what is markup already was made so by a filter."""
    return printable(value) if isinstance(value, str) and not hasattr(value, "__html__") else value
