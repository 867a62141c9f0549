"""ruff as it comes with the package of that name: repairs what it can, reports what would not work.

Only rules that tell whether a script works, or what stands in it for nothing: syntax, undefined names, constructs that
do not do what they say, imports nobody uses. Style is nobody's business here. Repaired is what means the same
afterwards and leaves every line where it was, so that findings name lines of the script as its author has it. ruff
reads the script from standard input and never runs it.
"""

import json
import subprocess
from functools import cache

from cloudprobe.errors import CloudprobeError
from cloudprobe.guard.findings import Finding

_RULES = "E9,E711,E712,E713,E714,F,W605,B,PLE"
_IGNORED = "F841,B007,B008,B904,B905,B006"
"""Unused variables, and habits that are odd but work."""
_REPAIRED_TOO = "E711"
"""``x == None``: ruff holds its repair for unsafe, as a class may compare itself to None in a way of its own."""
_KEPT = "F401"
"""An import nobody uses still runs, and may be one that is refused; it is told, not taken away."""
_FATAL = ("E9", "F6", "F7", "F82", "invalid-syntax")
_SECONDS = 20.0


def tidy(script: str) -> tuple[str, list[Finding]]:
    """Repair a script and say what remains.

    Returns:
        The script, changed only where ruff has a safe repair, and the findings that remain.

    Raises:
        CloudprobeError: ruff cannot be run, or did not take its own options.
    """
    command = [
        _binary(), "check", "--isolated", "--no-cache", "--quiet", "--exit-zero", "--fix", "--target-version", "py311",
        "--select", _RULES, "--ignore", _IGNORED, "--unfixable", _KEPT,
        "--config", f"lint.extend-safe-fixes = ['{_REPAIRED_TOO}']",
        "--output-format", "json", "--stdin-filename", "probe.py", "-",
    ]  # fmt: skip
    try:
        done = subprocess.run(  # noqa: S603 (a fixed command; the script is data on its standard input)
            command, input=script, capture_output=True, encoding="utf-8", timeout=_SECONDS, check=False
        )
    except subprocess.TimeoutExpired:
        return script, [_beyond("keeps ruff busy for too long")]
    except OSError as error:
        raise CloudprobeError(
            f"ruff could not be run: {error}.", hint="Install cloudprobe's dependencies again."
        ) from error
    if done.returncode < 0:
        return script, [_beyond("is nested so deep that ruff cannot read it")]
    if done.returncode > 0:
        complaint = (done.stderr.strip().splitlines() or ["it does not say why"])[-1]
        raise CloudprobeError(f"ruff failed: {complaint}.", hint="Install cloudprobe's dependencies again.")
    reported = json.loads(done.stderr or "[]")
    return done.stdout or script, [_finding(entry) for entry in reported]


def _beyond(what: str) -> Finding:
    """A script that ruff gives up on: no fault of ours, and nothing that may run."""
    return Finding(
        code="too-complex",
        line=1,
        message=f"The script {what}.",
        hint="Write it as short statements in a few functions.",
    )


@cache
def _binary() -> str:
    from ruff import find_ruff_bin  # type: ignore[import-untyped]  # noqa: PLC0415 (only here)

    return str(find_ruff_bin())


def _finding(entry: dict[str, object]) -> Finding:
    code = str(entry.get("code") or "invalid-syntax")
    location = entry.get("location")
    line = int(location["row"]) if isinstance(location, dict) else 1
    fatal = code.startswith(_FATAL)
    return Finding(
        code=code,
        severity="error" if fatal else "warning",
        line=line,
        message=f"{entry.get('message')}.".replace("..", "."),
    )
