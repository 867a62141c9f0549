"""``doctor``: which isolation this machine gives, what it lacks, and which models could be asked."""

import importlib.util
import json as jsonlib
import platform

from rich.console import Console
from rich.text import Text

from cloudprobe.adapters.models.packages import installed
from cloudprobe.adapters.models.providers import usable
from cloudprobe.cli.writing import print_text
from cloudprobe.config import Config
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
    models = _models()
    if json:
        document = {**_document(findings, chosen, why, embedded=embedded), "models": models}
        print_text(jsonlib.dumps(document, indent=2))
    else:
        _print(findings, chosen, why, embedded=embedded)
        _print_models(models)
    return 0 if chosen else SandboxUnavailableError.exit_code


def _models() -> dict[str, object]:
    """What is configured and installed; nothing is asked, so whether credentials are taken is not known."""
    others = usable() if installed("langchain") else {}
    return {
        "configured": Config.read().model,
        "bedrock": installed("langchain_aws"),
        "others": sorted(name for name, there in others.items() if there),
    }


def _print_models(models: dict[str, object]) -> None:
    console = Console(highlight=False)
    told = models["configured"] or "none is configured; --model or CLOUDPROBE_MODEL names one"
    console.print(Text(f"\nModel: {told}."), soft_wrap=True)
    others = models["others"]
    usable_here = [*(["bedrock"] if models["bedrock"] else []), *(others if isinstance(others, list) else [])]
    console.print(
        Text(f"  Installed: library, replay{''.join(f', {name}' for name in usable_here)}.", style="dim"),
        soft_wrap=True,
    )
    if not models["bedrock"]:
        console.print(Text("  For Amazon Bedrock: pip install 'cloudprobe[bedrock]'.", style="yellow"), soft_wrap=True)


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
