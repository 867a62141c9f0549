"""The template library: folders of ``probe.py`` and ``template.toml``, read once, scripts on demand."""

import difflib
import hashlib
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Self

from pydantic import ValidationError

from cloudprobe.errors import StoreError, UsageError
from cloudprobe.templates.definition import Definition, Variable

BUILTIN_FOLDER = Path(__file__).parent / "library"
DEFINITION_FILE = "template.toml"
SCRIPT_FILE = "probe.py"


@dataclass(frozen=True)  # without slots: cached properties live in the instance
class Template:
    """A probe written by hand, and when it fits."""

    folder: Path
    definition: Definition

    @property
    def name(self) -> str:
        return self.definition.name

    @property
    def title(self) -> str:
        return self.definition.title

    @property
    def description(self) -> str:
        return self.definition.description

    @property
    def version(self) -> str:
        return self.definition.version

    @property
    def questions(self) -> tuple[str, ...]:
        return self.definition.questions

    @property
    def keywords(self) -> tuple[str, ...]:
        return self.definition.keywords

    @property
    def services(self) -> tuple[str, ...]:
        return self.definition.services

    @property
    def success_criteria(self) -> tuple[str, ...]:
        return self.definition.success_criteria

    @property
    def data_class(self) -> str:
        return self.definition.data_class

    @property
    def variables(self) -> Mapping[str, Variable]:
        return self.definition.variables

    @property
    def variables_schema(self) -> dict[str, Any]:
        """JSON Schema of the object the probe reads on standard input."""
        properties = {name: variable.json_schema() for name, variable in self.variables.items()}
        return {"type": "object", "properties": properties, "additionalProperties": False}

    @cached_property
    def script(self) -> str:
        """The probe's source.

        Raises:
            StoreError: the file went away or is not UTF-8 since the library was loaded.
        """
        path = self.folder / SCRIPT_FILE
        try:
            return path.read_bytes().decode()
        except (OSError, UnicodeDecodeError) as error:
            raise StoreError(f"The script of template {self.name!r} cannot be read: {error}.") from error

    @cached_property
    def digest(self) -> str:
        """SHA-256 of the script's UTF-8 bytes: the script digest of the permit."""
        return hashlib.sha256(self.script.encode()).hexdigest()

    def complete(self, values: Mapping[str, Any]) -> dict[str, Any]:
        """Given values over defaults: what the probe reads on standard input.

        Raises:
            UsageError: a variable nobody declared, or a value that does not fit.
        """
        return self.definition.complete(dict(values))


@dataclass(frozen=True, slots=True)
class TemplateProblem:
    """A folder that was left out, and why."""

    folder: Path
    reason: str

    def __str__(self) -> str:
        return f"The template in {self.folder} was left out: {self.reason}."


class TemplateLibrary:
    """All templates, by name; iteration is in the order of names."""

    def __init__(self, templates: Iterable[Template], *, problems: Iterable[TemplateProblem] = ()) -> None:
        self._templates = {template.name: template for template in sorted(templates, key=lambda t: t.name)}
        self.problems = tuple(problems)

    @classmethod
    def builtin(cls) -> Self:
        return cls.from_folders([BUILTIN_FOLDER])

    @classmethod
    def from_folders(cls, folders: Iterable[Path]) -> Self:
        """Read every template in some folders; a broken one is left out and named in ``problems``.

        Args:
            folders: each a template itself, or a folder of templates. Of two templates with one name the first stays.
        """
        templates: dict[str, Template] = {}
        problems: list[TemplateProblem] = []
        for folder in (template for given in folders for template in _template_folders(given)):
            try:
                template = _read(folder)
            except _BrokenTemplateError as broken:
                problems.append(TemplateProblem(folder, str(broken)))
                continue
            first = templates.setdefault(template.name, template)
            if first is not template:
                problems.append(TemplateProblem(folder, f"{first.folder} already has the name {template.name!r}"))
        return cls(templates.values(), problems=problems)

    def get(self, name: str) -> Template:
        """The template of that name.

        Raises:
            UsageError: there is none; names the nearest.
        """
        if name in self._templates:
            return self._templates[name]
        nearest = difflib.get_close_matches(name, self._templates, cutoff=0.4)
        known = ", ".join(nearest or self._templates) or "none"
        raise UsageError(f"There is no template {name!r}.", hint=f"{'Nearest' if nearest else 'There are'}: {known}.")

    def __contains__(self, name: object) -> bool:
        return name in self._templates

    def __iter__(self) -> Iterator[Template]:
        return iter(self._templates.values())

    def __len__(self) -> int:
        return len(self._templates)


class _BrokenTemplateError(ValueError):
    """The reason a folder is no template, as the end of a sentence."""


def _template_folders(folder: Path) -> Iterator[Path]:
    if (folder / DEFINITION_FILE).exists() or not folder.is_dir():
        yield folder
        return
    try:
        children = sorted(child for child in folder.iterdir() if child.is_dir() and child.name[0] not in "._")
    except OSError:
        yield folder  # reading it says why it cannot be read
        return
    yield from children


def _read(folder: Path) -> Template:
    try:
        definition = Definition.model_validate(tomllib.loads((folder / DEFINITION_FILE).read_text(encoding="utf-8")))
    except FileNotFoundError as error:
        raise _BrokenTemplateError(f"it has no {DEFINITION_FILE}") from error
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise _BrokenTemplateError(f"{DEFINITION_FILE} cannot be read: {error}") from error
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the file"
        raise _BrokenTemplateError(f"{DEFINITION_FILE}: {where}: {first['msg']}") from error
    if definition.name != folder.name:
        raise _BrokenTemplateError(f"it is called {definition.name!r} but its folder is not")
    if not (folder / SCRIPT_FILE).is_file():
        raise _BrokenTemplateError(f"it has no {SCRIPT_FILE}")
    return Template(folder=folder, definition=definition)
