"""The one form a package's file has: bytes that are the same for the same content, and are read without trust.

A gzip file whose header carries, as its comment, the SHA-256 of all that follows; in it a tar archive of regular files
in the order of their names, with no times, owners or anything else of the machine it was written on. Any tool unpacks
it. Ours takes nothing but this form: headers are compared with those it would have written, so that no link, device,
way out, second name, padding or trailing byte can carry what nobody looks at.
"""

import hashlib
import os
import re
import struct
import tarfile
import tempfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

from cloudprobe.adapters.local import disk
from cloudprobe.domain.ids import is_artifact_key
from cloudprobe.errors import RefusedError

MAX_PACKED_BYTES = 1024 * 1024 * 1024
MAX_UNPACKED_BYTES = 1024 * 1024 * 1024
MAX_FILES = 10_000
_MAX_RATIO = 100
_SMALL = 64 * 1024 * 1024
"""Unpacked bytes for which no ratio is asked."""
_BLOCK = 512
_RECORD = 20 * _BLOCK
_CHUNK = 256 * 1024
_FIXED = b"\x1f\x8b\x08\x10\x00\x00\x00\x00\x00\xff"
"""Deflate, a comment, no time, no operating system."""
_COMMENT = re.compile(rb"sha256=([0-9a-f]{64})\x00")
_HEADER_BYTES = len(_FIXED) + len("sha256=") + 64 + 1
_TRAILER = struct.Struct("<II")
_LONGEST_NAME = 100
_HINT = "Ask whoever made it for the file again, and compare its SHA-256 with what `cloudprobe export` printed."


@dataclass(frozen=True, slots=True)
class PackedFile:
    size: int
    sha256: str


def write(path: Path, members: Mapping[str, bytes | Path]) -> str:
    """Write an archive whole or not at all; its SHA-256.

    Args:
        path: of the archive.
        members: content, or the file that has it, by name.

    Raises:
        StoreError: it cannot be written.
    """
    disk.make_folder(path.parent)
    temporary: Path | None = None
    try:
        descriptor, name = tempfile.mkstemp(dir=path.parent, prefix=disk.TEMPORARY_PREFIX)
        temporary = Path(name)
        with os.fdopen(descriptor, "w+b") as file:
            file.write(bytes(_HEADER_BYTES))
            sink = _Deflating(file)
            for member in sorted(members):
                _write_member(sink, member, members[member])
            sink.close()
            file.seek(0)
            file.write(_FIXED + b"sha256=" + sink.sha256.encode() + b"\x00")
            file.flush()
            os.fsync(file.fileno())
        digest = file_sha256(temporary)
        temporary.replace(path)
    except OSError as error:
        raise disk.store_error(path, error) from error
    finally:
        if temporary is not None:
            with suppress(OSError):
                temporary.unlink(missing_ok=True)
    return digest


def unpack(path: Path, folder: Path) -> dict[str, PackedFile]:
    """Unpack an archive of anybody's into an empty folder; what it holds, by name.

    Raises:
        RefusedError: it is not in the form ``write`` gives, was changed or cut, or is too large.
        StoreError: it cannot be read or written.
    """
    try:
        packed = path.stat().st_size
        if packed > MAX_PACKED_BYTES:
            raise _refused(path, f"it has more than {MAX_PACKED_BYTES >> 20} MiB")
        with path.open("rb") as file:
            _check_digest(path, file)
            file.seek(_HEADER_BYTES)
            source = _Inflating(path, file, most=min(MAX_UNPACKED_BYTES, max(_SMALL, _MAX_RATIO * packed)))
            found = dict(_members(path, source, folder))
            source.finish()
            return found
    except OSError as error:
        raise disk.store_error(path, error) from error


def file_sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def bytes_sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


class _Deflating:
    """Takes the tar archive, in order; writes it compressed and knows the digest of what it wrote."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self._deflate = zlib.compressobj(6, zlib.DEFLATED, -zlib.MAX_WBITS)
        self._hash = hashlib.sha256()
        self._crc = 0
        self._size = 0

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()

    def write(self, data: bytes) -> None:
        self._crc = zlib.crc32(data, self._crc)
        self._size += len(data)
        self._put(self._deflate.compress(data))

    def close(self) -> None:
        """The end of the archive: two empty blocks, then up to a whole record."""
        self.write(bytes(2 * _BLOCK + -(self._size + 2 * _BLOCK) % _RECORD))
        self._put(self._deflate.flush())
        self._put(_TRAILER.pack(self._crc, self._size & 0xFFFFFFFF))

    def _put(self, data: bytes) -> None:
        self._hash.update(data)
        self._file.write(data)


class _Inflating:
    """Gives the tar archive back, never more than was agreed."""

    def __init__(self, path: Path, file: BinaryIO, *, most: int) -> None:
        self._path = path
        self._file = file
        self._most = most
        self._inflate = zlib.decompressobj(-zlib.MAX_WBITS)
        self._crc = 0
        self._ready = b""
        self.size = 0

    def take(self, length: int) -> bytes:
        """Exactly so many bytes, at most a chunk's worth at once."""
        while len(self._ready) < length:
            data = self._more()
            self._crc = zlib.crc32(data, self._crc)
            self.size += len(data)
            if self.size > self._most:
                raise _refused(self._path, "unpacked it is far too large for what it is")
            self._ready += data
        taken, self._ready = self._ready[:length], self._ready[length:]
        return taken

    def finish(self) -> None:
        """Nothing but the end of an archive may follow, then the checksum, then nothing."""
        rest = -self._consumed % _RECORD
        if rest and any(self.take(rest)):
            raise _refused(self._path, "something stands behind its end")
        while not self._inflate.eof:
            if self._more():
                raise _refused(self._path, "something stands behind its end")
        trailer = self._inflate.unused_data + self._file.read(_TRAILER.size + 1)
        if self._ready or trailer != _TRAILER.pack(self._crc, self.size & 0xFFFFFFFF):
            raise _refused(self._path, "its checksum is wrong")

    @property
    def _consumed(self) -> int:
        return self.size - len(self._ready)

    def _more(self) -> bytes:
        if self._inflate.eof:
            raise _refused(self._path, "it ends too early")
        try:
            data = self._inflate.unconsumed_tail or self._file.read(_CHUNK)
            if not data:
                raise _refused(self._path, "it ends too early")
            return self._inflate.decompress(data, _CHUNK)
        except zlib.error as error:
            raise _refused(self._path, f"it cannot be unpacked ({error})") from error


def _write_member(sink: _Deflating, name: str, content: bytes | Path) -> None:
    size = len(content) if isinstance(content, bytes) else content.stat().st_size
    sink.write(_header(name, size))
    if isinstance(content, bytes):
        sink.write(content)
    else:
        with content.open("rb") as file:
            left = size
            while left and (data := file.read(min(_CHUNK, left))):
                sink.write(data)
                left -= len(data)
        if left:
            raise OSError(f"{content} became shorter while it was read")
    sink.write(bytes(-size % _BLOCK))


def _header(name: str, size: int) -> bytes:
    member = tarfile.TarInfo(name)
    member.size = size
    return member.tobuf(tarfile.USTAR_FORMAT, "ascii", "strict")


def _check_digest(path: Path, file: BinaryIO) -> None:
    head = file.read(_HEADER_BYTES)
    comment = _COMMENT.fullmatch(head[len(_FIXED) :])
    if not head.startswith(_FIXED) or comment is None:
        raise _refused(path, "it is no package that `cloudprobe export` wrote")
    digest = hashlib.sha256()
    while data := file.read(_CHUNK):
        digest.update(data)
    if digest.hexdigest() != comment[1].decode():
        raise _refused(path, "it was changed or cut after it was written")


def _members(path: Path, source: _Inflating, folder: Path) -> Iterator[tuple[str, PackedFile]]:
    last, number = "", 0
    while any(header := source.take(_BLOCK)):
        name, size = _named(path, header)
        number += 1
        if number > MAX_FILES or name <= last:
            raise _refused(path, f"it has more than {MAX_FILES} files" if name > last else f"{name} is out of order")
        yield name, _unpack_member(path, source, folder.joinpath(*name.split("/")), size)
        last = name
    if any(source.take(_BLOCK)):
        raise _refused(path, "something stands behind its end")


def _named(path: Path, header: bytes) -> tuple[str, int]:
    """Name and size of a member whose header is, to the byte, the one we would write."""
    name = header[:_LONGEST_NAME].rstrip(b"\x00").decode("ascii", "replace")
    if not is_artifact_key(name):
        raise _refused(path, f"it names {name!r}, which is no place inside of it")
    if header[156:157] != tarfile.REGTYPE:
        raise _refused(path, f"{name} is no regular file")
    try:
        size = int(header[124:135], 8)
    except ValueError:
        size = -1
    if not 0 <= size <= MAX_UNPACKED_BYTES or header != _header(name, size):
        raise _refused(path, f"{name} is not packed as `cloudprobe export` packs")
    return name, size


def _unpack_member(path: Path, source: _Inflating, target: Path, size: int) -> PackedFile:
    target.parent.mkdir(parents=True, exist_ok=True)
    digest, left = hashlib.sha256(), size
    with target.open("xb") as file:
        while left:
            data = source.take(min(left, _CHUNK))
            digest.update(data)
            file.write(data)
            left -= len(data)
    if any(source.take(-size % _BLOCK)):
        raise _refused(path, f"something stands behind {target.name}")
    return PackedFile(size, digest.hexdigest())


def _refused(path: Path, why: str) -> RefusedError:
    return RefusedError(f"The package {path.name} is refused: {why}.", hint=_HINT)
