"""First thing in the child: give up every right, learn what to run, replace the calls, become the script.

Started as ``python -S -s -P -B bootstrap.py <descriptor or socket>``. The first frame holds the settings, the second
the script: it is not even in memory before the child is confined.
"""

import os
import sys
import types
from typing import Any

_HERE = os.path.dirname(os.path.abspath(__file__))  # noqa: PTH100, PTH120  # pathlib would double the child's start-up


def main(place: str) -> None:
    _be_found()
    descriptor = int(place) if place.isdigit() else _connect(place)
    from cloudprobe.sandbox.child import calls, channel, clock, confine, reaper, script, trial, turns  # noqa: PLC0415  # found now

    line = channel.Channel(descriptor)
    settings: dict[str, Any] = line.receive()
    if settings["first_process"]:
        reaper.stand_by()
    confine.confine(settings["confinement"], keep=descriptor)
    sys.path[:] = [*filter(None, sys.path), *settings["packages"]]
    os.chdir(settings["folder"])
    if "trial" in settings:
        line.send({"escapes": trial.escapes(settings["trial"])})
        os._exit(0)
    work: dict[str, Any] = line.receive()
    now = clock.Clock(work["start"])
    clock.install(now, really_sleep=work["sleep"])
    order = turns.Turns()
    turns.install(order)
    calls.install(line, now, order)
    line.send({"ready": True})
    for name in [name for name in sys.modules if name.partition(".")[0] == "cloudprobe"]:
        del sys.modules[name]
    script.run(work["script"], line)


def _connect(path: str) -> int:
    """The broker's socket, where a descriptor cannot be inherited. The filter that comes after allows no other."""
    import socket  # noqa: PLC0415  # needed in a container alone

    with socket.socket(socket.AF_UNIX) as connection:
        connection.connect(path)
        return connection.detach()


def _be_found() -> None:
    """Let our modules be imported by their names without the packages around them, which are not here."""
    for name, folders in (("cloudprobe", []), ("cloudprobe.sandbox", []), ("cloudprobe.sandbox.child", [_HERE])):
        package = types.ModuleType(name)
        package.__path__ = folders
        sys.modules[name] = package


main(sys.argv[1])
