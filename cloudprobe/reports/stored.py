"""Reads what an inspection stored. What is missing or damaged is noted, never raised: a part is worth reporting."""

from collections.abc import Iterable
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError

from cloudprobe.domain.probe import Skipped
from cloudprobe.errors import CloudprobeError
from cloudprobe.ports import ArtifactStore

M = TypeVar("M", bound=BaseModel)


class StoredParts:
    """The parts of one inspection's state and artefacts, read leniently.

    ``missing`` collects what could not be read, for the report to say.
    """

    def __init__(self, artifacts: ArtifactStore) -> None:
        self._artifacts = artifacts
        self.missing: dict[str, Skipped] = {}

    def artifact(self, kind: type[M], key: str, what: str) -> M | None:
        """A model from an artefact; nothing where it is missing or is not one."""
        found = self.first_artifact(kind, (key,))
        if found is None:
            self.note(what, "It is missing from the data folder or cannot be read.")
        return found

    def first_artifact(self, kind: type[M], keys: Iterable[str]) -> M | None:
        """A model from the first of several keys that holds one; nothing is noted."""
        for key in filter(None, keys):
            try:
                return kind.model_validate_json(self._artifacts.get(key))
            except (CloudprobeError, ValidationError, OSError, KeyError):
                continue
        return None

    def models(self, kind: type[M], entries: Any, what: str) -> tuple[M, ...]:
        """Those entries of a list in the state that are what they should be."""
        if not isinstance(entries, list | tuple):
            return ()
        return tuple(model for entry in entries if (model := self.model(kind, entry, what)) is not None)

    def model(self, kind: type[M], entry: Any, what: str) -> M | None:
        try:
            return kind.model_validate(entry)
        except ValidationError as error:
            self.note(what, f"An entry of the stored state is damaged: {error.error_count()} fields are wrong.")
            return None

    def note(self, what: str, why: str) -> None:
        self.missing.setdefault(what, Skipped(what=what, why=why))
