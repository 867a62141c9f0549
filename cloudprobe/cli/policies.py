"""``policy ceiling``, ``policy explain`` and ``policy check``."""

import json as jsonlib
import re
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.text import Text

from cloudprobe.cli.writing import print_text, write_file
from cloudprobe.domain.text import printable
from cloudprobe.errors import UsageError
from cloudprobe.guard import ceiling as ceilings
from cloudprobe.guard.actions import Action, action, actions_of
from cloudprobe.guard.ceiling_export import as_cloudformation, as_json
from cloudprobe.guard.patterns import matches
from cloudprobe.guard.policy_lint import lint
from cloudprobe.sandbox.permit import DataClass

_EXAMPLE = "123456789012"
_REFUSED = 3
_LARGEST = 1_000_000
"""Characters of a policy file; IAM's largest policy has a hundredth of it."""


def ceiling(data_class: DataClass, account: str | None, form: str, output: Path | None) -> int:
    if account is not None and not re.fullmatch(r"\d{12}", account):
        raise UsageError(f"{account!r} is no account id.", hint="An account id has twelve digits.")
    if form == "cloudformation":
        text = as_cloudformation(data_class=data_class)
    elif form == "json":
        text = jsonlib.dumps(as_json(account_id=account or _EXAMPLE, data_class=data_class), indent=2)
    else:
        text = "\n".join(_catalogue(data_class, account or _EXAMPLE))
    if output is None:
        print_text(text)
    else:
        write_file(output, text)
        sys.stderr.write(f"ceiling written to {output}\n")
    return 0


def _catalogue(data_class: DataClass, account: str) -> list[str]:
    document = as_json(account_id=account, data_class=data_class)
    lines = [f"The ceiling of the data class {data_class}: no probe may read beyond it, whatever its script says.", ""]
    titles = {
        "metadata": "READ IN EVERY CLASS: configuration and state",
        "logs": "READ WITH --data-class logs OR data",
        "data": "READ WITH --data-class data, of the resources named",
        "refused": "NEVER, IN ANY CLASS",
    }
    for tier, title in titles.items():
        lines.append(title)
        for entry in document["catalogue"]:
            if entry["tier"] == tier:
                lines += [f"  {entry['reason']}", *_wrapped(entry["patterns"])]
                lines += [f"      instead: {entry['instead']}"] if "instead" in entry else []
        if tier == "metadata":
            lines.append(
                "  and what else AWS gives auditors in SecurityAudit or ViewOnlyAccess, unless it stands below"
            )
        if tier == "refused":
            lines.append("  and whatever AWS does not list as List or Read, and whatever nobody has reviewed")
        lines.append("")
    lines.append("EXCEPTIONS: readable although their name or access level says otherwise")
    lines += [f"  {name}: {reason}" for name, reason in document["exceptions"].items()]
    lines += ["", "BOUNDARIES (--format json or cloudformation prints them)"]
    lines += [
        f"  cloudprobe-ceiling-{one['name']}: {one['characters']:,} of {ceilings.POLICY_LIMIT:,} characters"
        for one in document["boundaries"]
    ]
    return lines


def _wrapped(items: Sequence[str], *, width: int = 110) -> list[str]:
    lines, line = [], "     "
    for item in items:
        if len(line) + len(item) > width:
            lines.append(line)
            line = "     "
        line += f" {item}"
    return [*lines, line]


def explain(wanted: Sequence[str], *, json: bool) -> int:
    found = [_explained(one) for name in wanted for one in _named(name)]
    if json:
        print_text(jsonlib.dumps(found, indent=2))
    else:
        console = Console(highlight=False, soft_wrap=True)
        for one in found:
            style = {"metadata": "green", "refused": "red"}.get(one["tier"], "yellow")
            console.print(Text.assemble((f"{one['tier']:<9}", style), (one["action"], "bold"), f"  {one['reason']}"))
            for line in (one["description"], one["instead"] and f"instead: {one['instead']}"):
                if line:
                    console.print(Text(f"         {line}", style="dim"))
    return _REFUSED if any(one["tier"] == "refused" for one in found) else 0


def _named(name: str) -> list[str]:
    prefix = name.partition(":")[0]
    if "*" not in name and "?" not in name:
        return [name]
    found = [one.name for one in actions_of(prefix).values() if matches(name, one.name)]
    if not found:
        raise UsageError(f"No action matches {printable(name)!r}.", hint="Write it as service:Action or service:List*.")
    return sorted(found)


def _explained(name: str) -> dict[str, Any]:
    known: Action | None = action(name)
    tier, reason, instead = ceilings.tier(name)
    return {
        "action": known.name if known else name,
        "tier": tier,
        "reason": reason,
        "instead": instead,
        "level": known.level if known else "",
        "description": known.description if known else "",
    }


def check(file: Path, data_class: DataClass, *, json: bool) -> int:
    findings = lint(_read(file), data_class=data_class)
    refused = any(finding.severity == "error" for finding in findings)
    if json:
        verdict = "refused" if refused else "accepted"
        print_text(jsonlib.dumps({"verdict": verdict, "findings": [one.to_json() for one in findings]}, indent=2))
        return _REFUSED if refused else 0
    console = Console(highlight=False, soft_wrap=True)
    for one in findings:
        style = "red" if one.severity == "error" else "yellow"
        console.print(
            Text.assemble((one.severity, style), f"  statement {one.line}  {one.code}: {printable(one.message)}")
        )
        if one.hint:
            console.print(Text(f"         {printable(one.hint)}", style="dim"))
    console.print(Text("refused", style="red") if refused else Text("accepted", style="green"))
    return _REFUSED if refused else 0


def _read(file: Path) -> object:
    try:
        text = sys.stdin.read(_LARGEST + 1) if str(file) == "-" else file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise UsageError(f"{file} is no text: {error}.") from error
    if len(text) > _LARGEST:
        raise UsageError(f"{file} has more than {_LARGEST:,} characters, which no policy has.")
    try:
        return jsonlib.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{file} is no JSON: {error}.") from error
