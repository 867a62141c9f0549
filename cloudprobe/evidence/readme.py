"""The page in a package that tells a third person what it holds and what to do with it."""

from collections.abc import Iterator

from cloudprobe.domain.report import Report
from cloudprobe.evidence.manifest import PackagedRun
from cloudprobe.reports.markup import code, prose
from cloudprobe.reports.outline import moment
from cloudprobe.reports.wording import OUTCOMES, counted


def readme(report: Report, runs: tuple[PackagedRun, ...]) -> str:
    return "\n".join(_lines(report, runs)) + "\n"


def _lines(report: Report, runs: tuple[PackagedRun, ...]) -> Iterator[str]:
    archive = f"{package_name(report.inspection_id)}.tar.gz"
    yield from (f"# {prose(report.question) or '(no question)'}", "")
    yield from (f"**{OUTCOMES[report.outcome]}.** {prose(report.answer)}", "")
    yield f"- Inspection {code(report.inspection_id)} of account {code(report.account or 'not known')}"
    yield f"- Started {moment(report.started)}, {counted(len(runs), 'run')}"
    yield f"- Written by cloudprobe {prose(report.cloudprobe_version)}"
    yield from ("", "## What is in here", "")
    yield "- `report.html`, `report.md`, `report.json`: the answer, each claim with the recorded call that proves it"
    yield "- `inventory.json`: what was seen of the account"
    yield "- `runs/<iteration>-<attempt>-<number>/`, one folder a run:"
    yield "  `probe.py` the script, `variables.json` what it was given, `requirements.txt` what it ran on,"
    yield "  `policy.json` the IAM policy derived from its code, `permit.json` what the broker let it call,"
    yield "  `recording/` every call with its answer, secrets redacted before they were written,"
    yield "  `outcome.json` what came of it"
    yield "- `manifest.json` and `SHA256SUMS`: size and SHA-256 of everything"
    yield from ("", "## Check that nothing was changed", "")
    yield from ("```sh", f"cloudprobe verify {archive}            # or, without cloudprobe, in this folder:")
    yield from ("sha256sum --check --strict SHA256SUMS", "```", "")
    yield "Digests in a package say that it is whole. That it is the one its author wrote you know when its own SHA-256"
    yield from ("is the one the author told you: `cloudprobe export` printed it.", "")
    yield from ("## Replay: the same scripts on the recorded answers, without any cloud", "")
    yield from ("```sh", f"cloudprobe replay {archive}", "```", "")
    yield from ("## Run again: the same scripts against the account, without a model, and see what changed", "")
    yield from ("```sh", f"cloudprobe rerun {archive}", "```", "")
    yield from _by_hand(runs)


def _by_hand(runs: tuple[PackagedRun, ...]) -> Iterator[str]:
    if not runs:
        yield "No script was run in this inspection."
        return
    yield from ("## Run again without cloudprobe", "")
    yield "A script is plain Python with boto3. It needs the permissions in the `policy.json` beside it and no other;"
    yield "give them to a role or a user of yours, and run it with those credentials:"
    yield from ("", "```sh")
    for run in runs:
        yield f"(cd {run.folder} && python -m pip install -r requirements.txt && python probe.py < variables.json)"
    yield from ("```", "")
    yield "The role's own policy can be wider when the session is narrowed to `policy.json` as it is assumed:"
    yield from ("", "```sh")
    yield "aws sts assume-role --role-arn ROLE --role-session-name check \\"
    yield from (f"  --policy file://{runs[0].folder}/policy.json", "```")


def package_name(inspection_id: str) -> str:
    """Of the folder in the archive, and of the archive where nothing else is said."""
    return f"cloudprobe-{inspection_id}"
