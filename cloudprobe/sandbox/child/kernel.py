"""The few system calls that Python has no name for."""

import ctypes
import os
import platform
import struct
from collections.abc import Sequence

from cloudprobe.sandbox.child import seccomp
from cloudprobe.sandbox.child.numbers import numbers_for

_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_SET_DUMPABLE, _PR_CAP_AMBIENT, _PR_CAPBSET_DROP = 1, 38, 4, 47, 24
_PR_CAP_AMBIENT_CLEAR_ALL = 4
_SECCOMP_SET_MODE_FILTER, _SECCOMP_FILTER_FLAG_TSYNC = 1, 1
_CAPABILITY_VERSION_3 = 0x20080522
_INSTRUCTION_BYTES = 8
_SIGKILL = 9

_READ, _READ_DIRECTORY = 1 << 2, 1 << 3
_WRITE_FILE, _TRUNCATE, _IOCTL = 1 << 1, 1 << 14, 1 << 15
_HANDLED_BY_ABI = {1: (1 << 13) - 1, 2: (1 << 14) - 1, 3: (1 << 15) - 1, 4: (1 << 15) - 1}
_ABI_NETWORK, _ABI_SCOPES = 4, 6

_libc = ctypes.CDLL(None, use_errno=True)
_numbers = numbers_for(platform.machine()) if platform.machine() in ("x86_64", "aarch64") else {}


def _call(name: str, *arguments: object) -> int:
    result = int(_libc.syscall(ctypes.c_long(_numbers[name]), *arguments))
    if result < 0:
        raise OSError(ctypes.get_errno(), f"{name}: {os.strerror(ctypes.get_errno())}")
    return result


def _prctl(option: int, first: int, second: int = 0) -> None:
    longs = [ctypes.c_ulong(value) for value in (first, second, 0, 0)]
    if _libc.prctl(ctypes.c_int(option), *longs):
        raise OSError(ctypes.get_errno(), f"prctl {option}: {os.strerror(ctypes.get_errno())}")


def forgo_privileges() -> None:
    """No program started from here on gains anything; required before a filter without capabilities."""
    _prctl(_PR_SET_NO_NEW_PRIVS, 1)


def die_with_parent() -> None:
    """Be killed when the parent's thread ends. A change of uid forgets this, so it comes after."""
    _prctl(_PR_SET_PDEATHSIG, _SIGKILL)


def close_own_memory() -> None:
    """Nobody of the same uid may attach to this process or read its memory through /proc."""
    _prctl(_PR_SET_DUMPABLE, 0)


def drop_capabilities() -> None:
    """Leave none, in any set. Those of the bounding set go where we may still change it."""
    for capability in range(64):
        if _libc.prctl(ctypes.c_int(_PR_CAPBSET_DROP), *map(ctypes.c_ulong, (capability, 0, 0, 0))):
            break  # beyond the last one the kernel knows, or not ours to change
    _prctl(_PR_CAP_AMBIENT, _PR_CAP_AMBIENT_CLEAR_ALL)
    header = ctypes.create_string_buffer(struct.pack("<II", _CAPABILITY_VERSION_3, 0))
    _call("capset", header, ctypes.create_string_buffer(24))


def install_filter(*, hide_metadata: bool) -> None:
    """Seccomp, for every thread there is."""
    code = seccomp.program(platform.machine(), pid=os.getpid(), hide_metadata=hide_metadata)
    instructions = ctypes.create_string_buffer(code, len(code))
    header = ctypes.create_string_buffer(
        struct.pack("@HP", len(code) // _INSTRUCTION_BYTES, ctypes.addressof(instructions))
    )
    _call(
        "seccomp",
        ctypes.c_uint(_SECCOMP_SET_MODE_FILTER),
        ctypes.c_uint(_SECCOMP_FILTER_FLAG_TSYNC),
        header,
    )


def restrict_files(*, readable: Sequence[str], listable: Sequence[str], writable: Sequence[str]) -> None:
    """Landlock: only these trees, no TCP, no abstract sockets and no signals to the outside where the kernel knows how.

    Raises:
        OSError: the kernel has no Landlock.
    """
    abi = _call("landlock_create_ruleset", None, ctypes.c_size_t(0), ctypes.c_uint(1))
    files = _HANDLED_BY_ABI.get(abi, (1 << 16) - 1)
    words = [files]
    if abi >= _ABI_NETWORK:
        words.append(0b11)
    if abi >= _ABI_SCOPES:
        words.append(0b11)
    attributes = struct.pack(f"<{len(words)}Q", *words)
    ruleset = _call(
        "landlock_create_ruleset",
        ctypes.create_string_buffer(attributes, len(attributes)),
        ctypes.c_size_t(len(attributes)),
        ctypes.c_uint(0),
    )
    try:
        for path in readable:
            _allow_beneath(ruleset, path, _READ | _READ_DIRECTORY)
        for path in listable:
            _allow_beneath(ruleset, path, _READ_DIRECTORY)
        for path in writable:
            _allow_beneath(ruleset, path, files & ~_IOCTL & ~1)
        _call("landlock_restrict_self", ctypes.c_int(ruleset), ctypes.c_uint(0))
    finally:
        os.close(ruleset)


def _allow_beneath(ruleset: int, path: str, rights: int) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except FileNotFoundError:
        return
    try:
        if not os.path.isdir(path):  # noqa: PTH112  # pathlib would double the child's start-up
            rights &= _READ | _WRITE_FILE | _TRUNCATE
        rule = struct.pack("=Qi", rights, place)
        _call(
            "landlock_add_rule",
            ctypes.c_int(ruleset),
            ctypes.c_uint(1),
            ctypes.create_string_buffer(rule, len(rule)),
            ctypes.c_uint(0),
        )
    finally:
        os.close(place)
