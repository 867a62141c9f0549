"""A seccomp filter written by hand: a deny list, because allow lists break with every new libc.

What a script needs of the kernel is memory, threads, files it may already see, and the one descriptor it was given.
Namespaces or Landlock take the files; this takes the rest: sockets, processes, other processes, and the doors into the
kernel that privilege bugs come through.
"""

import errno
import struct
from collections.abc import Iterable

from cloudprobe.sandbox.child.numbers import AUDIT_ARCH, numbers_for

_LOAD, _JUMP_EQ, _JUMP_GE, _JUMP_SET, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL, _ERRNO = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCH = 0, 4
_X32 = 0x40000000
_CLONE_THREAD = 0x00010000
_CLONE_NAMESPACES = 0x7E020000
_AF_UNIX = 1
_TIOCSTI, _TIOCLINUX = 0x5412, 0x541C
_F_SETOWN, _F_SETOWN_EX, _F_SETSIG = 8, 15, 10
_PR_SET_PDEATHSIG = 1

DENIED = (  # noqa: SIM905  # one name a line would hide the groups
    # Reaching anybody.
    "socket connect accept accept4 bind listen sendmsg sendmmsg "
    # Becoming or starting another program.
    "execve execveat "
    # Other processes.
    "tkill rt_sigqueueinfo rt_tgsigqueueinfo pidfd_open pidfd_getfd pidfd_send_signal ptrace process_vm_readv "
    "process_vm_writev process_madvise process_mrelease kcmp setpriority sched_setparam sched_setscheduler "
    "sched_setattr sched_setaffinity ioprio_set migrate_pages move_pages "
    # Namespaces and mounts.
    "mount umount2 pivot_root chroot setns unshare open_tree open_tree_attr move_mount fsopen fsconfig fsmount fspick "
    "mount_setattr "
    # Kernel surface that no script needs.
    "add_key request_key keyctl bpf perf_event_open io_uring_setup io_uring_enter io_uring_register userfaultfd "
    "kexec_load kexec_file_load init_module finit_module delete_module create_module open_by_handle_at "
    "name_to_handle_at swapon swapoff reboot syslog acct quotactl quotactl_fd nfsservctl personality ioperm iopl "
    "modify_ldt vhangup settimeofday clock_settime clock_adjtime adjtimex sethostname setdomainname lookup_dcookie "
    "uselib sysfs ustat _sysctl io_setup fanotify_init fanotify_mark inotify_init inotify_init1 inotify_add_watch "
    # Memory that no limit of ours counts, that outlives the process, or that others share.
    "memfd_secret memfd_create shmget shmat shmctl msgget msgsnd msgrcv msgctl semget semop semctl semtimedop mq_open "
    "mq_unlink"
).split()
METADATA = [
    "chmod",
    "fchmod",
    "fchmodat",
    "fchmodat2",
    "chown",
    "fchown",
    "lchown",
    "fchownat",
    "utime",
    "utimes",
    "futimesat",
    "utimensat",
    "setxattr",
    "lsetxattr",
    "fsetxattr",
    "setxattrat",
    "removexattr",
    "lremovexattr",
    "fremovexattr",
    "removexattrat",
]
"""Changes to files that Landlock does not govern; denied where no mount namespace hides the files."""


def program(machine: str, *, pid: int, hide_metadata: bool) -> bytes:
    """The filter as instructions for the kernel.

    Args:
        machine: as ``platform.machine()`` says.
        pid: the process to be confined; it may signal itself and nobody else.
        hide_metadata: also deny changes of modes, owners, times and attributes.
    """
    numbers = numbers_for(machine)
    denied = [name for name in (*DENIED, *(METADATA if hide_metadata else ())) if name in numbers]
    code = [
        *_only_this_machine(machine),
        *_argument_rules(numbers, pid=pid),
        *(step for name in denied for step in _refuse(numbers[name], errno.EPERM)),
        _instruction(_RETURN, _ALLOW),
    ]
    return b"".join(code)


def _instruction(code: int, value: int, if_true: int = 0, if_false: int = 0) -> bytes:
    return struct.pack("<HBBI", code, if_true, if_false, value & 0xFFFFFFFF)


def _only_this_machine(machine: str) -> Iterable[bytes]:
    yield _instruction(_LOAD, _ARCH)
    yield _instruction(_JUMP_EQ, AUDIT_ARCH[machine], 1, 0)
    yield _instruction(_RETURN, _KILL)
    yield _instruction(_LOAD, _NUMBER)
    if machine == "x86_64":
        yield _instruction(_JUMP_GE, _X32, 0, 1)
        yield _instruction(_RETURN, _KILL)


def _refuse(number: int, code: int) -> Iterable[bytes]:
    yield _instruction(_JUMP_EQ, number, 0, 1)
    yield _instruction(_RETURN, _ERRNO | code)


def _argument_rules(numbers: dict[str, int], *, pid: int) -> Iterable[bytes]:
    # A refused fork answers as a full process table does, so that it reads as the limit it is.
    for name in ("fork", "vfork"):
        if name in numbers:
            yield from _refuse(numbers[name], errno.EAGAIN)
    # libc falls back from clone3, whose flags a filter cannot see, to clone.
    yield from _refuse(numbers["clone3"], errno.ENOSYS)
    yield from _when(numbers["clone"], _no_namespaces())
    yield from _when(numbers["clone"], _only_threads())
    for name in ("kill", "tgkill"):
        yield from _when(numbers[name], _argument_is(0, (pid,), errno.EPERM))
    yield from _when(numbers["prlimit64"], _argument_is(0, (0, pid), errno.EPERM))
    yield from _when(numbers["socketpair"], _argument_is(0, (_AF_UNIX,), errno.EACCES))
    yield from _when(numbers["sendto"], _argument_is(4, (0,), errno.EACCES, both_halves=True))
    for request in (_TIOCSTI, _TIOCLINUX):
        yield from _when(numbers["ioctl"], _argument_is_not(1, request, errno.EPERM))
    # A script that may undo this could outlive its parent.
    yield from _when(numbers["prctl"], _argument_is_not(0, _PR_SET_PDEATHSIG, errno.EPERM))
    # A descriptor's owner is signalled by the kernel, past the rules for kill.
    for command in (_F_SETOWN, _F_SETOWN_EX, _F_SETSIG):
        yield from _when(numbers["fcntl"], _argument_is_not(1, command, errno.EPERM))


def _when(number: int, body: list[bytes]) -> Iterable[bytes]:
    """The body runs for one call only, and leaves the call's number loaded for the rules after it."""
    yield _instruction(_JUMP_EQ, number, 0, len(body) + 1)
    yield from body
    yield _instruction(_LOAD, _NUMBER)


def _low(argument: int) -> int:
    return 16 + 8 * argument


def _only_threads() -> list[bytes]:
    return [
        _instruction(_LOAD, _low(0)),
        _instruction(_JUMP_SET, _CLONE_THREAD, 1, 0),
        _instruction(_RETURN, _ERRNO | errno.EAGAIN),
    ]


def _no_namespaces() -> list[bytes]:
    return [
        _instruction(_LOAD, _low(0)),
        _instruction(_JUMP_SET, _CLONE_NAMESPACES, 0, 1),
        _instruction(_RETURN, _ERRNO | errno.EPERM),
    ]


def _argument_is(argument: int, allowed: tuple[int, ...], code: int, *, both_halves: bool = False) -> list[bytes]:
    """Refuse unless the argument is one of a few values; the upper half counts only for pointers."""
    body = [_instruction(_LOAD, _low(argument))]
    for position, value in enumerate(allowed):
        body.append(_instruction(_JUMP_EQ, value, len(allowed) - position, 0))
    body.append(_instruction(_RETURN, _ERRNO | code))
    if both_halves:
        body += [
            _instruction(_LOAD, _low(argument) + 4),
            _instruction(_JUMP_EQ, 0, 1, 0),
            _instruction(_RETURN, _ERRNO | code),
        ]
    return body


def _argument_is_not(argument: int, value: int, code: int) -> list[bytes]:
    return [
        _instruction(_LOAD, _low(argument)),
        _instruction(_JUMP_EQ, value, 0, 1),
        _instruction(_RETURN, _ERRNO | code),
    ]
