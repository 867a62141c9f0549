"""``doctor``: which isolation this machine gives, and what it lacks."""

import importlib.util
import json as jsonlib
import platform

from rich.console import Console
from rich.text import Text

from cloudprobe.cli.writing import print_text
from cloudprobe.errors import SandboxUnavailableError
from cloudprobe.sandbox.dependencies.environment import installer_missing
from cloudprobe.sandbox.isolation import ISOLATIONS, Finding, Isolation, detect, explain


def doctor(*, json: bool) -> int:
    """0 when scripts can be run here, 3 when not."""
    findings = explain()
    try:
        chosen: Isolation | None = detect()
    except SandboxUnavailableError as refused:
        chosen, why = None, str(refused)
    else:
        why = ""
    embedded = all(importlib.util.find_spec(name) for name in ("ministack", "moto", "jsonata"))
    if json:
        print_text(jsonlib.dumps(_document(findings, chosen, why, embedded=embedded), indent=2))
    else:
        _print(findings, chosen, why, embedded=embedded)
    return 0 if chosen else SandboxUnavailableError.exit_code


def _document(findings: list[Finding], chosen: Isolation | None, why: str, *, embedded: bool) -> dict[str, object]:
    return {
        "isolation": chosen and chosen.tier.value,
        "lacks": list(chosen.lacks) if chosen else [],
        "refusal": why,
        "tiers": [
            {
                "tier": f.tier.value,
                "available": f.available,
                "reason": f.reason,
                "lacks": list(ISOLATIONS[f.tier].lacks),
            }
            for f in findings
        ],
        "packages": not installer_missing(),
        "embedded_account": embedded,
        "python": platform.python_version(),
        "platform": platform.platform(),
    }


def _print(findings: list[Finding], chosen: Isolation | None, why: str, *, embedded: bool) -> None:
    console = Console(highlight=False)
    for finding in findings:
        mark, style = ("yes", "green") if finding.available else ("no", "dim")
        console.print(Text.assemble((f"{mark:>4}  ", style), f"{finding.tier.value:<17}  ", (finding.reason, "dim")))
    if chosen:
        console.print(Text.assemble("\nScripts run in ", (chosen.tier.value, "bold"), f": {chosen.description}."))
        for lack in chosen.lacks:
            console.print(Text(f"  It lacks: {lack}.", style="yellow"))
    else:
        console.print(Text(f"\n{why}", style="bold red"))
    if missing := installer_missing():
        console.print(Text(f"Scripts that declare packages cannot be run. {missing}", style="yellow"))
    if not embedded:
        console.print("The embedded account is not installed: pip install 'cloudprobe[embedded]'.")
