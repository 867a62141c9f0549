"""Finding and seeding worlds. A world is a folder of ``world.toml``, ``seed.py`` and ``questions.toml``."""

import difflib
import importlib.util
import tomllib
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol, TypeVar, cast

from pydantic import Field, ValidationError

from cloudprobe.domain.model import Model
from cloudprobe.emulator.worlds.truth import Question
from cloudprobe.errors import UsageError

_BUILT_IN = Path(__file__).parent
_DESCRIPTION_FILE = "world.toml"
_QUESTIONS_FILE = "questions.toml"
_SEED_FILE = "seed.py"

_M = TypeVar("_M", bound=Model)


class Clients(Protocol):
    """Makes boto3 clients for the account to be seeded; ``AccountAccess.client`` is one."""

    def __call__(self, service: str, region: str | None = None) -> Any: ...


class SeedFunction(Protocol):
    """What ``seed.py`` must define: ordinary boto3 calls; gives the ARN of each thing by its logical name."""

    def __call__(self, clients: Clients, names: Callable[[str], str]) -> dict[str, str]: ...


def identity(logical: str) -> str:
    """Every thing is called by its logical name."""
    return logical


class OrganizationPolicy(Model):
    """What the account's organisation denies every user and role, whatever their own policies allow."""

    deny: tuple[str, ...] = Field(min_length=1)
    """Actions, by pattern, such as ``rds:Describe*``."""
    regions: tuple[str, ...] = ()
    """Where; empty means everywhere."""


class _Description(Model):
    title: str = Field(min_length=1)
    description: str = Field(min_length=1)
    regions: tuple[str, ...] = Field(min_length=1)
    organization_policy: OrganizationPolicy | None = None


class _Questions(Model):
    questions: tuple[Question, ...] = ()


@dataclass(frozen=True)  # without slots: cached properties live in the instance
class World:
    """A seeded account that is known."""

    folder: Path
    title: str
    description: str
    regions: tuple[str, ...]
    organization_policy: OrganizationPolicy | None = None

    @property
    def name(self) -> str:
        return self.folder.name

    @cached_property
    def questions(self) -> tuple[Question, ...]:
        """Its truth, in logical names.

        Raises:
            UsageError: the file is missing or says something it may not.
        """
        return _read(self.folder / _QUESTIONS_FILE, _Questions).questions

    def seed(self, clients: Clients, *, names: Callable[[str], str] = identity) -> dict[str, str]:
        """Build the world in an account that holds nothing of it yet; the ARN of each thing by its logical name.

        Args:
            clients: the account; with a real one, mind that buckets are named worldwide and instances cost money.
            names: gives each logical name the real one; must be one to one, and give lower-case letters, digits and
                hyphens, 3 to 40 of them, so that every service takes them.

        Raises:
            UsageError: the folder's ``seed.py`` cannot be used, or the world has what only an embedded account can do.
        """
        made = self._seed_function()(clients, names)
        if self.organization_policy is not None:
            # What is built of worlds knows worlds.
            from cloudprobe.emulator.worlds.building.organization import deny_by_organization  # noqa: PLC0415

            policy = self.organization_policy
            deny_by_organization(clients, policy.deny, regions=policy.regions)
        return made

    def _seed_function(self) -> SeedFunction:
        path = self.folder / _SEED_FILE
        spec = importlib.util.spec_from_file_location(f"cloudprobe_world_{self.name.replace('-', '_')}", path)
        if spec is None or spec.loader is None or not path.is_file():
            raise UsageError(f"The world in {self.folder} has no {_SEED_FILE}.")
        module = importlib.util.module_from_spec(spec)
        try:
            spec.loader.exec_module(module)
        except (SyntaxError, ImportError) as error:
            raise UsageError(f"{path} cannot be loaded: {error}.") from error
        function = getattr(module, "seed", None)
        if not callable(function):
            raise UsageError(f"{path} defines no function 'seed(clients, names)'.")
        return cast("SeedFunction", function)


def list_worlds() -> list[World]:
    """The worlds that come with cloudprobe, by name."""
    return [_load(folder) for folder in _built_in_folders()]


def load_world(name: str) -> World:
    """A world by name, or by the path of a folder of one's own.

    Raises:
        UsageError: there is no such world, or its folder cannot be read.
    """
    folder = _BUILT_IN / name
    if folder in _built_in_folders():
        return _load(folder)
    if (path := _own_folder(name)) is not None:
        return _load(path)
    known = [folder.name for folder in _built_in_folders()]
    nearest = difflib.get_close_matches(name.lower(), known, n=3, cutoff=0.4)
    raise UsageError(
        f"There is no world {name[:80]!r}.",
        hint=f"{'Nearest' if nearest else 'There are'}: {', '.join(nearest or known)}; a folder's path works too.",
    )


def _own_folder(name: str) -> Path | None:
    """The folder a name is the path of, if it is one. A bare word is a path only where a world lies there."""
    try:
        path = Path(name).expanduser().resolve()
        found = path.is_dir() and (len(Path(name).parts) > 1 or (path / _DESCRIPTION_FILE).is_file())
    except (OSError, ValueError, RuntimeError):  # too long, a null byte, a home of nobody: no path at all
        return None
    return path if found else None


def _built_in_folders() -> list[Path]:
    return sorted(path.parent for path in _BUILT_IN.glob(f"*/{_DESCRIPTION_FILE}"))


def _load(folder: Path) -> World:
    description = _read(folder / _DESCRIPTION_FILE, _Description)
    return World(
        folder, description.title, description.description, description.regions, description.organization_policy
    )


def _read(path: Path, model: type[_M]) -> _M:
    try:
        return model.model_validate(tomllib.loads(path.read_text(encoding="utf-8")))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise UsageError(f"{path} cannot be read: {error}.") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise UsageError(f"{path}: {where}: {first['msg']}.") from error
