"""``StateStore`` on SQLite: one file in the data folder, shared by every process of this user."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from sqlite3 import Connection
from typing import Literal

from pydantic import ValidationError

from cloudprobe.adapters.local import disk
from cloudprobe.domain.inspection import InspectionRecord
from cloudprobe.errors import CloudprobeError, StateCorruptedError, StoreBusyError, StoreError, UsageError

_SCHEMA_VERSION = 1
_SCHEMA = """
CREATE TABLE IF NOT EXISTS inspections (
    id TEXT PRIMARY KEY, created TEXT NOT NULL, version INTEGER NOT NULL, record TEXT NOT NULL
) WITHOUT ROWID
"""
_BUSY_SECONDS = 10.0
# SQLite's primary result codes; an extended code carries one of them in its low byte.
_PRIMARY_CODE = 0xFF
_BUSY = {sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED}
_CORRUPT = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB, sqlite3.SQLITE_ERROR}
"""The last where our table is not in a file that says it is ours; our statements are otherwise always right."""
_FORBIDDEN = {sqlite3.SQLITE_READONLY, sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_PERM, sqlite3.SQLITE_AUTH}
_MOVE_ASIDE = "Move the file away to begin with an empty list; reports already written stay where they are."


class SqliteStateStore:
    """Opens a connection for each operation: safe between threads and processes, and a kill leaves nothing open.

    Args:
        path: of the database; it and its folder are made at the first operation.
    """

    def __init__(self, path: Path) -> None:
        self._path = path

    def create(self, record: InspectionRecord) -> None:
        with self._transaction() as connection:
            try:
                connection.execute(
                    "INSERT INTO inspections (id, created, version, record) VALUES (?, ?, ?, ?)",
                    (record.id, record.created, record.version, record.model_dump_json()),
                )
            except sqlite3.IntegrityError as error:
                raise StoreError(f"There is an inspection {record.id} already.", hint="Ask again.") from error

    def load(self, inspection_id: str) -> InspectionRecord:
        with self._transaction("BEGIN") as connection:
            row = connection.execute("SELECT record FROM inspections WHERE id = ?", (inspection_id,)).fetchone()
        if row is None:
            raise _unknown(inspection_id)
        return self._decode(inspection_id, row[0])

    def save(self, record: InspectionRecord) -> InspectionRecord:
        stored = record.model_copy(update={"version": record.version + 1})
        with self._transaction() as connection:
            changed = connection.execute(
                "UPDATE inspections SET version = ?, record = ? WHERE id = ? AND version = ?",
                (stored.version, stored.model_dump_json(), record.id, record.version),
            ).rowcount
            if not changed:
                raise self._conflict(connection, record)
        return stored

    def list(self) -> Sequence[InspectionRecord]:
        with self._transaction("BEGIN") as connection:
            rows = connection.execute("SELECT id, record FROM inspections ORDER BY created DESC, id DESC").fetchall()
        return [self._decode(identifier, text) for identifier, text in rows]

    def delete(self, inspection_id: str) -> None:
        with self._transaction() as connection:
            if not connection.execute("DELETE FROM inspections WHERE id = ?", (inspection_id,)).rowcount:
                raise _unknown(inspection_id)

    def _decode(self, identifier: str, text: str) -> InspectionRecord:
        try:
            return InspectionRecord.model_validate_json(text)
        except ValidationError as error:
            raise StateCorruptedError(
                f"The inspection {identifier} in {self._path} cannot be read: {error.error_count()} fields are wrong.",
                hint=f"Remove it with `cloudprobe delete {identifier}`.",
            ) from error

    def _conflict(self, connection: Connection, record: InspectionRecord) -> CloudprobeError:
        if connection.execute("SELECT 1 FROM inspections WHERE id = ?", (record.id,)).fetchone() is None:
            return _unknown(record.id)
        return StoreBusyError(
            f"Another process wrote the inspection {record.id} since it was read.",
            hint="See `cloudprobe list` for what runs, and try again when it has ended.",
        )

    @contextmanager
    def _transaction(self, begin: Literal["BEGIN", "BEGIN IMMEDIATE"] = "BEGIN IMMEDIATE") -> Iterator[Connection]:
        """Everything inside happens as one, or not at all; plain ``BEGIN`` reads, and waits for no writer."""
        disk.make_folder(self._path.parent)
        try:
            with closing(sqlite3.connect(self._path, timeout=_BUSY_SECONDS, isolation_level=None)) as connection:
                self._prepare(connection)
                connection.execute(begin)
                try:
                    yield connection
                except BaseException:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    raise
                connection.execute("COMMIT")
        except sqlite3.Error as error:
            raise self._store_error(error) from error

    def _prepare(self, connection: Connection) -> None:
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        if version == _SCHEMA_VERSION:
            return
        if version:
            raise StateCorruptedError(
                f"{self._path} has format {version}; this cloudprobe reads format {_SCHEMA_VERSION}.",
                hint="Use the cloudprobe that wrote it, or give another folder with --data-dir.",
            )
        with _unless_busy():  # whoever is busy with a new file is making this very change
            connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN EXCLUSIVE")
        connection.execute(_SCHEMA)
        connection.execute(f"PRAGMA user_version = {_SCHEMA_VERSION}")
        connection.execute("COMMIT")

    def _store_error(self, error: sqlite3.Error) -> CloudprobeError:
        code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE
        if code in _BUSY:
            return StoreBusyError(f"{self._path} is in use by another process ({error}).", hint="Try again.")
        if code in _CORRUPT:
            return StateCorruptedError(f"{self._path} is no longer a list of inspections ({error}).", hint=_MOVE_ASIDE)
        if code == sqlite3.SQLITE_FULL:
            return StoreError(
                f"There is no room left to write {self._path} ({error}).",
                hint="Free some space there, or give another folder with --data-dir.",
            )
        if code in _FORBIDDEN:
            return StoreError(
                f"{self._path} cannot be opened or written ({error}).",
                hint="Make the file and its folder writable, or give another folder with --data-dir.",
            )
        return StoreError(
            f"{self._path} cannot be used ({error}).",
            hint="See whether its disk is full or failing, or give another folder with --data-dir.",
        )


@contextmanager
def _unless_busy() -> Iterator[None]:
    try:
        yield
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", 0) & _PRIMARY_CODE not in _BUSY:
            raise


def _unknown(inspection_id: str) -> UsageError:
    return UsageError(f"There is no inspection {inspection_id!r}.", hint="See `cloudprobe list` for those there are.")
