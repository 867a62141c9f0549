"""``rerun``: the same probes against the account again, without a model, and what changed."""

import json as jsonlib
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.text import Text

from cloudprobe.bootstrap import Account, Workspace, build_engine, open_account
from cloudprobe.cli.progress import ConsoleProgress
from cloudprobe.cli.sources import open_data, open_record, stored_record
from cloudprobe.cli.stopping import stop_requested
from cloudprobe.cli.writing import print_text
from cloudprobe.domain.ids import is_inspection_id
from cloudprobe.domain.inspection import MAX_ITERATIONS, AccessSettings, InspectionSettings
from cloudprobe.domain.report import Report
from cloudprobe.domain.text import printable, shortened
from cloudprobe.errors import UnansweredError
from cloudprobe.evidence.difference import Change, Difference, difference
from cloudprobe.evidence.plan import Plan, plan_of
from cloudprobe.evidence.planned import keep_plan, planned_agents
from cloudprobe.evidence.record import InspectionRecordings
from cloudprobe.sandbox.permit import DataClass
from cloudprobe.steps.artifacts import encode

ENVIRONMENT = "environment"
"""As ``--world``: the account the standard AWS variables reach, though the inspection was of a world."""
_SHOWN = 20
_SIGNS = {"new": ("+", "green"), "gone": ("-", "red"), "changed": ("~", "yellow")}


def rerun(
    source: str, world: str | None, data_class: DataClass | None, data_dir: Path | None, *, json: bool, quiet: bool
) -> int:
    workspace = open_data(data_dir)
    with open_record(source, workspace) as before:
        plan = plan_of(before)
        if not plan.probes:
            raise UnansweredError(
                f"Inspection {before.inspection_id} ran nothing, so there is nothing to run again.",
                hint=f"See why with `cloudprobe show {before.inspection_id}`.",
            )
        settings = _settings(before, plan, world, data_class, trusted=is_inspection_id(source))
        with open_account(
            settings.world,
            workspace.config,
            account_id=before.settings.account,
            access=settings.access,
            accounts=settings.accounts,
        ) as account:
            account.check_same(before.settings)
            report = _run(workspace, account, plan, account.narrow(settings), quiet=quiet or json)
        changed = difference(before, stored_record(report.inspection_id, workspace))
    workspace.artifacts.put(f"{report.inspection_id}/difference.json", encode(changed))
    anew = bool(settings.world)
    if json:
        document = {
            "same": changed.same,
            **({"world_started_anew": True} if anew else {}),
            "outcome": report.outcome.value,
            **changed.model_dump(mode="json"),
        }
        print_text(jsonlib.dumps(document, indent=2))
    else:
        _print(changed, report, world=settings.world)
    return report.outcome.exit_code


def _settings(
    before: InspectionRecordings, plan: Plan, world: str | None, data_class: DataClass | None, *, trusted: bool
) -> InspectionSettings:
    """As the inspection was asked; what a package of somebody else's says of data and access counts for nothing."""
    asked = before.settings
    chosen = "" if world == ENVIRONMENT else world or asked.world
    return InspectionSettings(
        regions=asked.regions,
        max_iterations=min(max(1, len(plan.iterations)), MAX_ITERATIONS),
        max_retries=asked.max_retries,
        data_class=data_class or (asked.data_class if trusted else "metadata"),
        data_resources=asked.data_resources if trusted else (),
        wall_seconds=asked.wall_seconds if trusted else InspectionSettings().wall_seconds,
        accounts=asked.accounts,
        access=asked.access if trusted else AccessSettings(),
        world=chosen,
    )


def _run(workspace: Workspace, account: Account, plan: Plan, settings: InspectionSettings, *, quiet: bool) -> Report:
    console = Console(stderr=True, highlight=False, quiet=quiet)
    with stop_requested() as cancel, ConsoleProgress(console) as progress:
        engine = build_engine(workspace, account, observer=progress, cancel=cancel, agents=planned_agents(plan))
        identifier = engine.start(f"Again: {plan.question}", settings)
        keep_plan(identifier, plan, workspace.artifacts)
        console.print(f"inspection {identifier} of {settings.target}, again after {plan.inspection_id}", markup=False)
        return engine.run(identifier)


def _print(changed: Difference, report: Report, *, world: str) -> None:
    console = Console(highlight=False)
    console.print(Text(printable(report.answer)))
    if world:
        said = (
            f"The world {world} was started anew for this: the ids, addresses and times that its account gave out are "
            "others, and what is known by them is told as gone and new. Things with names of their own compare. To run "
            "again in one account, keep it with `cloudprobe account start`, and inspect that one."
        )
        console.print(Text(said, style="yellow"))
    for name in ("findings", "resources", "facts", "coverage", "runs"):
        _print_changes(name, getattr(changed, name), console)
    if changed.same:
        console.print(Text(f"Nothing changed since {changed.of}.", style="bold green"))
    console.print(
        Text(f"kept as {changed.inspection_id}; all of it with `cloudprobe show {changed.inspection_id}`", "dim")
    )


def _print_changes(name: str, changes: Iterable[Change], console: Console) -> None:
    told = list(changes)
    if not told:
        return
    console.print(Text(f"\n{name}: {len(told)} changed", style="bold"))
    for change in told[:_SHOWN]:
        sign, style = _SIGNS[change.kind]
        console.print(Text.assemble((f"  {sign} ", style), printable(change.what), (_values(change), "dim")))
    if len(told) > _SHOWN:
        console.print(Text(f"    and {len(told) - _SHOWN} more: see --json", style="dim"))


def _values(change: Change) -> str:
    told = [
        shortened(jsonlib.dumps(value, ensure_ascii=False), 120)
        for value in (change.before, change.after)
        if value is not None
    ]
    return f"  {printable(' → '.join(told))}" if told else ""
