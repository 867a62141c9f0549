"""Who may ask, and how far: the deployer says so in a file; a caller can only narrow it."""

import hashlib
import hmac
import secrets
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError

from cloudprobe.domain.model import Model
from cloudprobe.errors import UsageError

_SHA256 = r"^[0-9a-f]{64}$"


class Caller(Model):
    """One caller of the service, as the file of callers says."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")
    key_sha256: str = Field(pattern=_SHA256)
    """SHA-256 of the API key, in hexadecimal; the key itself is stored nowhere."""
    data_class: Literal["metadata", "logs", "data"] = "metadata"
    """The widest it may ask for."""
    data_resources: tuple[str, ...] = ()
    """ARNs whose content it may have read in the class ``data``."""
    regions: tuple[str, ...] = ()
    """The only ones it may ask about; empty for any."""
    budget_usd: float | None = Field(default=None, gt=0)
    """The most one inspection may cost; None for no bound."""
    budget_seconds: float | None = Field(default=None, gt=0)
    """The longest one inspection may take; None for no bound."""
    metrics: bool = False
    """Whether it may read the metrics of all callers' inspections."""


class _File(Model):
    caller: tuple[Caller, ...]


class Callers:
    """Every caller there is."""

    def __init__(self, callers: Iterable[Caller]) -> None:
        self._callers = tuple(callers)

    @classmethod
    def read(cls, path: Path) -> "Callers":
        """Callers from TOML: a ``[[caller]]`` each.

        Raises:
            UsageError: the file cannot be read, or does not say that.
        """
        try:
            found = _File.model_validate(tomllib.loads(path.read_text(encoding="utf-8"))).caller
        except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
            raise UsageError(f"The file of callers {path} cannot be read: {error}.") from error
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(map(str, first["loc"])) or "the file"
            raise UsageError(f"The file of callers {path} is wrong at {place}: {first['msg']}.") from error
        for what, values in (("name", [c.name for c in found]), ("key", [c.key_sha256 for c in found])):
            if len(set(values)) < len(values):
                raise UsageError(f"The file of callers {path} gives the same {what} twice.")
        if not found:
            raise UsageError(
                f"The file of callers {path} names none.", hint="Add a [[caller]] with name and key_sha256."
            )
        return cls(found)

    @classmethod
    def single(cls) -> "tuple[Callers, str]":
        """One caller without bounds of its own, and its key, made now."""
        key = secrets.token_urlsafe(32)
        return cls([Caller(name="local", key_sha256=digest_of(key), data_class="data", metrics=True)]), key

    def of(self, key: str) -> Caller | None:
        """Whose key it is; every key is compared in the same time."""
        digest = digest_of(key)
        found = [caller for caller in self._callers if hmac.compare_digest(caller.key_sha256, digest)]
        return found[0] if found else None


def digest_of(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
