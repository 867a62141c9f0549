"""``probe check``, and what every ``probe`` command reads: a script, its variables, a policy. Nothing is run here."""

import json as jsonlib
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from cloudprobe.cli.writing import print_text
from cloudprobe.domain.text import printable, shortened
from cloudprobe.errors import RefusedError, UsageError
from cloudprobe.guard.actions import action
from cloudprobe.guard.data_resources import checked
from cloudprobe.guard.source import BYTES_LIMIT, Unreadable, decoded, unreadable
from cloudprobe.guard.validation import ProbeDraft, Verdict, validate
from cloudprobe.sandbox.permit import DataClass

_JSON_LIMIT = 1024 * 1024
"""Bytes of a file with variables, or with a policy."""
_SHOWN = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """How a script is to be judged."""

    data_class: DataClass = "metadata"
    data_resources: tuple[str, ...] = ()
    """As given; in the class ``data`` none leaves what the script itself names."""
    contract: bool = False
    variables: str | None = None


def check(script: str, wanted: Wanted, *, json: bool) -> int:
    """0 accepted, 3 refused.

    Raises:
        UsageError: there is no such script, or an option does not fit.
    """
    read_variables(wanted.variables)  # no verdict depends on them; a wrong one is better told before a run
    source = read_script(script)
    verdict = judged(source, wanted)
    if json:
        print_text(jsonlib.dumps(document(verdict, source), indent=2))
    else:
        print_text("\n".join(_lines(verdict)))
    return 0 if verdict.accepted else RefusedError.exit_code


def judged(
    source: str | Unreadable, wanted: Wanted, *, accounts: Sequence[str] = (), regions: Sequence[str] = ("*",)
) -> Verdict:
    """The guard's verdict on a script as it was read."""
    resources = checked(wanted.data_resources, data_class=wanted.data_class) if wanted.data_resources else ("*",)
    if isinstance(source, Unreadable):
        return unreadable(source)
    return validate(
        ProbeDraft(script=source),
        accounts=accounts,
        regions=regions,
        data_class=wanted.data_class,
        data_resources=resources,
        enforce_contract=wanted.contract,
    )


def document(verdict: Verdict, source: str | Unreadable) -> dict[str, Any]:
    """The verdict as ``--json`` prints it; ``script`` is the text after repairs, where there were any."""
    told = verdict.to_json()
    for one in told["actions"]:
        known = action(one["action"])
        one["meaning"] = known.description if known else ""
    unchanged = isinstance(source, Unreadable) or source == verdict.script
    return {"version": 1, **told, "script": None if unchanged else verdict.script}


def read_script(path: str) -> str | Unreadable:
    """A script from a file, or from standard input for ``-``; why it is none, where it is no text.

    Raises:
        UsageError: there is no such file, or it cannot be read.
    """
    return decoded(_read(path, limit=BYTES_LIMIT + 1))


def read_variables(given: str | None) -> dict[str, Any]:
    """The JSON object of ``--variables``; empty where none was given.

    Raises:
        UsageError: it is no JSON object.
    """
    if given is None:
        return {}
    text = given
    if given.startswith("@"):
        text = _text(given[1:])
    return read_object(text, what="--variables")


def read_policy(path: str) -> dict[str, Any]:
    """An IAM policy document from a file.

    Raises:
        UsageError: there is no such file, or it holds no JSON object.
    """
    return read_object(_text(path), what=f"The policy {path}")


def read_object(text: str, *, what: str) -> dict[str, Any]:
    """One JSON object out of text."""
    try:
        found = jsonlib.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(
            f"{what} is not JSON: {error}.", hint='Give an object, for example {"bucket": "x"}.'
        ) from error
    if not isinstance(found, dict):
        raise UsageError(
            f"{what} is JSON, but no object: {shortened(text.strip(), 60)}.", hint='For example {"bucket": "x"}.'
        )
    return found


def _text(path: str) -> str:
    data = _read(path, limit=_JSON_LIMIT + 1)
    if len(data) > _JSON_LIMIT:
        raise UsageError(f"{path} has more than {_JSON_LIMIT:,} bytes.", hint="Give a smaller file.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{path} is not UTF-8: {error}.", hint="Save it as UTF-8.") from error


def _read(path: str, *, limit: int) -> bytes:
    """At most so many bytes: what has no end, such as a device, ends here."""
    if path == "-":
        return sys.stdin.buffer.read(limit)
    try:
        with Path(path).open("rb") as file:
            return file.read(limit)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else str(error)
        raise UsageError(f"{path} cannot be read: {reason}.", hint="Name a file, or - for standard input.") from error


def _lines(verdict: Verdict) -> list[str]:
    lines = [
        f"{'accepted' if verdict.accepted else 'refused'}: script {verdict.digests.script[:12] or 'without a digest'}"
    ]
    for finding in verdict.findings:
        mark = "error" if finding.severity == "error" else "note "
        lines.append(f"  {mark} line {finding.line}: {_shown(finding.message)} [{finding.code}]")
        lines += [f"        {_shown(finding.hint)}"] if finding.hint else []
    if verdict.actions:
        lines.append("\nit may do")
        width = max(len(one.action) for one in verdict.actions)
        for one in verdict.actions:
            resources = ", ".join(one.resources)
            lines.append(f"  {one.action:<{width}}  {one.tier:<8}  {_shown(resources)}  ({one.reason})")
    lines.append(f"\npolicy {verdict.digests.policy[:12]}")
    lines.append(jsonlib.dumps(verdict.policy, indent=2))
    return lines


def _shown(text: str) -> str:
    return shortened(printable(text), _SHOWN)
