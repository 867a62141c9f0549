"""What it costs to start the command line."""

import subprocess
import sys
import time
from pathlib import Path

ROUNDS = 7
PROGRAM = str(Path(sys.executable).parent / "cloudprobe")


def run() -> list[tuple[str, str]]:
    bare = _best([sys.executable, "-c", "pass"])
    rows = [("python -c pass", f"{bare * 1000:.0f} ms")]
    for arguments in (["--help"], ["inspect", "--help"], ["--version"]):
        seconds = _best([PROGRAM, *arguments])
        rows.append((f"cloudprobe {' '.join(arguments)}", f"{seconds * 1000:.0f} ms ({seconds / bare:.1f} x bare)"))
    return rows


def _best(command: list[str]) -> float:
    """Seconds of the fastest of several rounds: what the program needs, without what else the machine did."""
    times = []
    for _ in range(ROUNDS):
        before = time.perf_counter()
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        times.append(time.perf_counter() - before)
    return min(times)
