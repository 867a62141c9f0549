"""A call that can be left when the inspection is stopped, though it cannot be ended."""

import contextvars
import threading
from collections.abc import Callable
from typing import Any, TypeVar

from cloudprobe.errors import InspectionInterruptedError

T = TypeVar("T")
_LOOK_SECONDS = 0.1


def interruptible(ask: Callable[[], T], stop: threading.Event) -> T:
    """What it gives or raises; it goes on unheard in a thread of its own where nobody waits for it any more.

    An answer may take minutes, and whoever pressed Ctrl-C will not wait for it.

    Raises:
        InspectionInterruptedError: ``stop`` was set before there was an answer.
    """
    done, result = threading.Event(), dict[str, Any]()
    context = contextvars.copy_context()  # traces are nested by it

    def run() -> None:
        try:
            result["given"] = context.run(ask)
        except BaseException as error:  # noqa: BLE001 - raised again where it is waited for
            result["raised"] = error
        finally:
            done.set()

    threading.Thread(target=run, daemon=True, name="model").start()
    while not done.wait(_LOOK_SECONDS):
        if stop.is_set():
            raise InspectionInterruptedError(
                "Stopped while the model was thinking; its answer is not waited for.",
                hint="Carry on with `cloudprobe resume`.",
            )
    if "raised" in result:
        raise result["raised"]
    given: T = result["given"]
    return given
