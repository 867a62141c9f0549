"""The first process of a namespace: it only waits, and takes everything with it when it ends.

bubblewrap ends with us, and this process with bubblewrap: it keeps bubblewrap's user, so that the kernel lets that
signal through, which the script's own user would not. It also collects the script, so that what that used is known.
"""

import os
import resource

from cloudprobe.sandbox.child import kernel

_SIGNALLED = 128


def stand_by() -> None:
    """Split in two; only the process that becomes the script returns."""
    child = os.fork()
    if child == 0:
        return
    try:
        kernel.drop_capabilities()
        kernel.forgo_privileges()
        kernel.die_with_parent()
        kernel.close_own_memory()
        os.closerange(0, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
        _, status = os.waitpid(child, 0)
        code = os.waitstatus_to_exitcode(status)
        os._exit(_SIGNALLED - code if code < 0 else code)
    finally:
        os._exit(1)
