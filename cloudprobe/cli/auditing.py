"""``audit``: an inspection's recordings against the account's own trail."""

import json as jsonlib
from pathlib import Path

from rich.console import Console
from rich.text import Text

from cloudprobe.adapters.aws.trail import Trail
from cloudprobe.adapters.local.clock import SystemClock
from cloudprobe.bootstrap import open_account
from cloudprobe.cli.sources import open_data, open_record
from cloudprobe.cli.writing import print_text
from cloudprobe.domain.text import printable
from cloudprobe.errors import UnansweredError, UsageError
from cloudprobe.evidence.audit import LAG, AuditedRun, audit
from cloudprobe.evidence.record import InspectionRecordings
from cloudprobe.sandbox.recording import RecordedCall

_STYLES = {"same": "green", "late": "yellow", "partial": "yellow", "different": "bold red"}
_SHOWN = 10


def audit_inspection(source: str, data_dir: Path | None, *, json: bool) -> int:
    workspace, clock = open_data(data_dir), SystemClock()
    with open_record(source, workspace) as record:
        if not record.runs:
            raise UnansweredError(
                f"Inspection {record.inspection_id} ran nothing, so there is nothing to hold against the trail."
            )
        _refuse_gone(record)
        with open_account(
            "", workspace.config, access=record.settings.access, accounts=record.settings.accounts
        ) as account:
            account.check_same(record.settings)
            trail = Trail(account.session, clock=clock)
            runs = list(audit(record, trail, now=clock.now()))
        identifier = record.inspection_id
    verdicts = {run.verdict for run in runs}
    verdict = next(name for name in ("different", "partial", "late", "same") if name in verdicts)
    if json:
        document = {"inspection_id": identifier, "verdict": verdict, "runs": [run.to_json() for run in runs]}
        print_text(jsonlib.dumps(document, indent=2))
    else:
        _print(identifier, verdict, runs)
    return 0 if verdict == "same" else UnansweredError.exit_code


def _refuse_gone(record: InspectionRecordings) -> None:
    if record.settings.world:
        raise UsageError(
            f"Inspection {record.inspection_id} was of the world {record.settings.world}, whose account is gone, and "
            "its trail with it.",
            hint="Keep one running with `cloudprobe account start --world NAME`, and inspect that one.",
        )


def _print(identifier: str, verdict: str, runs: list[AuditedRun]) -> None:
    console = Console(highlight=False)
    for run in runs:
        console.print(Text.assemble((run.verdict, _STYLES[run.verdict]), f"  {run.run_id}: {_counts(run)}"))
        for call in run.missing[:_SHOWN]:
            console.print(Text(f"    missing from the trail: {_told(call)}"))
        for call in run.late[:_SHOWN]:
            console.print(Text(f"    not in the trail yet: {_told(call)}"))
        for event in run.unexpected[:_SHOWN]:
            what = f"{event.name} of {event.source} in {event.region} at {event.time:%H:%M:%S}, event {event.event_id}"
            console.print(Text(f"    not in the recording: {printable(what)}"))
        for region, why in run.unasked.items():
            console.print(Text(f"    not asked in {region}: {printable(why)}"))
    said = {
        "same": f"The trail has the calls of {identifier}, none more and none less.",
        "late": f"The trail lags by up to {LAG.seconds // 60} minutes; ask again then.",
        "partial": "Where the trail could be asked it has the same calls; what the runs did elsewhere is not known.",
        "different": "The trail and the recording do not say the same.",
    }
    console.print(Text(said[verdict]))


def _counts(run: AuditedRun) -> str:
    unrecorded = sum(run.unrecorded.values())
    parts = [f"{run.matched} calls in both"]
    parts += [f"{run.alike} of them by name and time"] if run.alike else []
    parts += [f"{run.unsent} never sent"] if run.unsent else []
    parts += [f"{unrecorded} that event history does not hold ({', '.join(run.unrecorded)})"] if unrecorded else []
    parts += [f"{run.retried} repeated by the SDK"] if run.retried else []
    parts += [f"{run.by_sdk} by the SDK itself"] if run.by_sdk else []
    parts += [f"{len(run.late)} late"] if run.late else []
    parts += [f"{len(run.missing)} missing"] if run.missing else []
    parts += [f"{len(run.unexpected)} unexpected"] if run.unexpected else []
    parts += [f"{len(run.unasked)} regions that could not be asked"] if run.unasked else []
    parts += ["the recording is a fragment"] if run.fragment else []
    return ", ".join(parts)


def _told(call: RecordedCall) -> str:
    return printable(f"{call.service} {call.operation} in {call.region}, request {call.request_id}")
