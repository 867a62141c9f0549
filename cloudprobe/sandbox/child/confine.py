"""Give up every right the script must not have, from the outside in. Any step that fails ends the child."""

import contextlib
import os
import resource
from collections.abc import Mapping
from typing import Any

from cloudprobe.sandbox.child import kernel


def confine(settings: Mapping[str, Any], *, keep: int) -> None:
    """Apply the layers that the parent chose for this tier.

    Args:
        settings: ``rlimits`` (name to value), ``uid`` (or None), ``folder`` (to make for the script's files, or None),
            ``links`` (packages to make visible in it), ``landlock`` (``readable``, ``listable`` and ``writable`` paths,
            or None), ``hide_metadata``, ``parent``
            (pid that must still be there, or None), ``system`` (``darwin`` where the layers are applied from outside).
        keep: the one descriptor, beside 0, 1 and 2, that stays open.

    Raises:
        OSError: a layer cannot be applied; nothing may run.
    """
    os.closerange(3, keep)
    os.closerange(keep + 1, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    if settings["folder"] is not None:
        _make_folder(settings["folder"], settings["uid"], links=settings["links"])
    if settings["uid"] is not None:
        _become(settings["uid"])
    linux = settings["system"] != "darwin"
    if linux:
        kernel.drop_capabilities()
        kernel.forgo_privileges()
        kernel.die_with_parent()
    if settings["parent"] is not None and os.getppid() != settings["parent"]:
        raise OSError("the parent is gone")
    if linux:
        kernel.close_own_memory()
    for name, value in settings["rlimits"].items():
        _limit(getattr(resource, f"RLIMIT_{name}"), value)
    if settings["landlock"] is not None:
        kernel.restrict_files(**settings["landlock"])
    if linux:
        kernel.install_filter(hide_metadata=settings["hide_metadata"])


def _make_folder(path: str, uid: int | None, *, links: list[str]) -> None:
    """Owned by the script's user, and readable by the parent's group, so that the parent can see how full it is.

    Beside the script's files it holds links to the packages: their own folder holds others, which the script may see
    but not read, and an import of such a one fails in ways that nobody expects.
    """
    before = os.geteuid()
    if uid is not None:
        os.seteuid(uid)
    for folder in (path, f"{path}/files", f"{path}/packages"):
        os.mkdir(folder, 0o700)  # noqa: PTH102  # pathlib would double the child's start-up
        os.chmod(folder, 0o2750)  # noqa: PTH101, S103  # the parent, by its group, may look
    for link in links:
        os.symlink(link, f"{path}/packages/{os.path.basename(link)}")  # noqa: PTH119, PTH211  # as above
    os.seteuid(before)


def _become(uid: int) -> None:
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    with contextlib.suppress(PermissionError):
        os.setuid(0)
        raise OSError("the change of user did not hold")


def _limit(which: int, value: int) -> None:
    """Lower both limits; one that is lower already stays."""
    hard = resource.getrlimit(which)[1]
    if hard != resource.RLIM_INFINITY:
        value = min(value, hard)
    resource.setrlimit(which, (value, value))
