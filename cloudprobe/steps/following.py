"""An inspection that continues another one: what it knows from its beginning, and what of that it used.

Runs are referred to by their own ids, wherever they stand: script, permit, result and recording are those of the
inspection that made them, so that every digest and every pointer means what it meant there.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from pydantic import TypeAdapter

from cloudprobe import __version__
from cloudprobe.domain.agents import Antecedents, CodeGeneratorOutput, CollectedRun, Observation, SuspectText
from cloudprobe.domain.following import Followed, names_made_up_ids
from cloudprobe.domain.inspection import MAX_ITERATIONS, InspectionRecord, InspectionSettings, InspectionStatus
from cloudprobe.domain.inventory import Inventory
from cloudprobe.domain.probe import Probe, Skipped
from cloudprobe.domain.report import Report, ReportRun
from cloudprobe.domain.run import RunOutcome, RunStatus, Usage
from cloudprobe.domain.state import Json, WorkflowState, settings_of
from cloudprobe.domain.work import WorkItem
from cloudprobe.errors import UsageError
from cloudprobe.ports import ArtifactStore
from cloudprobe.steps.artifacts import (
    followed_key,
    load,
    observations_key,
    outcome_key,
    permit_key,
    probe_key,
    report_key,
)
from cloudprobe.steps.collecting import collected

MOST_INSPECTIONS = 50
"""Of a chain; what is further back is too old to be worth it."""
_CLASSES = ("metadata", "logs", "data")
_OBSERVATIONS = TypeAdapter(tuple[Observation, ...])


def follow(settings: InspectionSettings, artifacts: ArtifactStore, *, now: datetime) -> Followed:
    """What is known to an inspection with these settings from the ones it follows.

    Args:
        settings: with ``follows``, of an inspection that came to its end.
        artifacts: where these stand.
        now: when it begins, UTC.

    Raises:
        StateCorruptedError: what is stored of one of them is missing or damaged.
    """
    chain = _chain(settings.follows, artifacts)
    runs: list[CollectedRun] = []
    observed: dict[str, Observation] = {}
    left_out: list[Skipped] = []
    told_to_reader: list[SuspectText] = []
    inventory = Inventory()
    for inspection in reversed(chain):
        report = load(Report, report_key(inspection), artifacts)
        told_to_reader += report.instructions_in_data
        told = {one.run_id: one for one in _observations(inspection, artifacts)}
        for run in _final(report):
            outcome = load(RunOutcome, outcome_key(run.run_id), artifacts)
            result = outcome.result
            if result is None:
                continue
            inventory = inventory.merge(result.resources, run_id=run.run_id, account=run.account)
            why = _does_not_count(run, outcome, report, settings, artifacts, now=now)
            if why:
                left_out.append(Skipped(what=f"run {run.run_id}", why=why, account=run.account))
                continue
            runs.append(_known(run, outcome))
            if run.run_id in told:
                observed[run.run_id] = told[run.run_id].model_copy(update={"as_of": outcome.started})
    counted = {run.run_id for run in runs}
    return Followed(
        chain=chain,
        runs=tuple(runs),
        suspects=tuple({one.pointer: one for one in told_to_reader if _run_of(one.pointer) in counted}.values()),
        observations=tuple(observed.values()),
        inventory=inventory,
        antecedents=_antecedents(chain, inventory, artifacts),
        left_out=tuple(left_out),
    )


def check_finished(record: InspectionRecord) -> None:
    """Nothing can follow what has not come to its end.

    Raises:
        UsageError: it has not.
    """
    if record.status is not InspectionStatus.FINISHED:
        raise UsageError(
            f"Inspection {record.id} has not come to its end, so there is nothing to ask it yet.",
            hint=f"Carry on with `cloudprobe resume {record.id}`, then ask.",
        )


def followed_of(state: WorkflowState, artifacts: ArtifactStore) -> Followed:
    """What this inspection began with; nothing where it follows none."""
    if not settings_of(state).follows:
        return Followed()
    return load(Followed, followed_key(state["inspection_id"]), artifacts)


def equal_run(
    item: WorkItem, proposal: CodeGeneratorOutput, followed: Followed, artifacts: ArtifactStore
) -> CollectedRun | None:
    """The latest earlier run of an equal probe (script, variables, account) that was denied nothing."""
    for run in reversed(followed.runs):
        same = run.account == item.account and _canonical(run.variables) == _canonical(item.prompt.variables)
        if not same or run.access.denied:
            continue
        probe = load(Probe, probe_key(run.run_id), artifacts)
        if (probe.script, probe.dependencies) == (proposal.script, proposal.dependencies):
            return run
    return None


def cited(state: WorkflowState, artifacts: ArtifactStore) -> list[Json]:
    """Earlier runs that what was concluded points at, and that are not among the collected ones yet."""
    followed = followed_of(state, artifacts)
    there = {run["run_id"] for run in state["collected_data"]}
    runs = {_run_of(pointer) for pointer in _pointers(state)} - there
    return [run.model_dump(mode="json") for run in followed.runs if run.run_id in runs]


def _pointers(state: WorkflowState) -> Iterator[str]:
    decision = state.get("decision", {})
    for claim in (*decision.get("answer", ()), *state["context"].get("hypotheses", ())):
        yield from claim.get("evidence", ())
    for source in (decision.get("structured") or {}).get("sources", ()):
        yield source["source"]


def suspects(state: WorkflowState, artifacts: ArtifactStore) -> list[Json]:
    """Text that speaks to its reader: of what was read now, and of the earlier runs that are made use of."""
    now = state["context"].get("instructions_in_data", [])
    told = {one["pointer"] for one in now}
    runs = {run["run_id"] for run in state["collected_data"]}
    earlier = (one for one in followed_of(state, artifacts).suspects if _run_of(one.pointer) in runs)
    return [*now, *(one.model_dump(mode="json") for one in earlier if one.pointer not in told)]


def _run_of(pointer: str) -> str:
    return pointer.partition("#")[0]


def _chain(inspection: str, artifacts: ArtifactStore) -> tuple[str, ...]:
    if not artifacts.exists(followed_key(inspection)):
        return (inspection,)
    before = load(Followed, followed_key(inspection), artifacts).chain
    return (inspection, *before)[:MOST_INSPECTIONS]


def _observations(inspection: str, artifacts: ArtifactStore) -> Iterator[Observation]:
    for iteration in range(1, MAX_ITERATIONS + 1):
        key = observations_key(inspection, iteration)
        if artifacts.exists(key):
            yield from _OBSERVATIONS.validate_json(artifacts.get(key))


def _final(report: Report) -> Iterator[ReportRun]:
    """Its own runs that gave a result, and of several attempts at one probe the last."""
    last: dict[tuple[str, str], ReportRun] = {}
    for run in report.runs:
        inspection, iteration, _, number = run.run_id.split("/")
        if inspection == report.inspection_id:
            last[iteration, number] = run
    yield from (run for run in last.values() if run.status is RunStatus.SUCCEEDED)


def _does_not_count(
    run: ReportRun,
    outcome: RunOutcome,
    report: Report,
    settings: InspectionSettings,
    artifacts: ArtifactStore,
    *,
    now: datetime,
) -> str:
    """Why what a run read may not stand for looking again; empty where it may."""
    if not outcome.started or now - _moment(outcome.started) > timedelta(seconds=settings.fresh_seconds):
        hours = settings.fresh_seconds / 3600
        return f"It was made at {outcome.started or 'an unknown time'}, more than {hours:g} hours before the question."
    if report.target != settings.target or run.account not in settings.inspected:
        return "It was made in an account that is not asked about now."
    if settings.world and _is_another(outcome, run, report):
        return "The embedded account was started anew, and things the run saw have other ids there."
    if _CLASSES.index(_data_class(run.run_id, artifacts)) > _CLASSES.index(settings.data_class):
        return f"It read more than {settings.data_class}, which is all this question may."
    looked = set(outcome.result.coverage.regions if outcome.result else ())
    if settings.regions and "*" not in settings.regions and not looked <= set(settings.regions):
        return "It looked at regions that are not asked about now."
    return ""


def _is_another(outcome: RunOutcome, run: ReportRun, report: Report) -> bool:
    """Whether the things a run saw in a world are others where the same world stands anew in an account of the same id.

    Names are the world's and agree; ids that AWS makes up do not.
    """
    result = outcome.result.model_dump_json(exclude={"findings": {"__all__": {"evidence"}}}) if outcome.result else ""
    return report.cloudprobe_version != __version__ or names_made_up_ids(f"{result} {json.dumps(run.variables)}")


def _data_class(run_id: str, artifacts: ArtifactStore) -> str:
    """As the permit bounds it, which no script chose."""
    return str(json.loads(artifacts.get(permit_key(run_id))).get("data_class", "data"))


def _known(run: ReportRun, outcome: RunOutcome) -> CollectedRun:
    made = collected(
        outcome,
        iteration=0,
        template=run.template,
        variables=run.variables,
        account=run.account,
        policy_excess=run.figures.excess_actions,
    )
    return made.model_copy(update={"usage": Usage(), "as_of": outcome.started})


def _antecedents(chain: tuple[str, ...], inventory: Inventory, artifacts: ArtifactStore) -> Antecedents:
    variables: dict[str, list[str]] = {}
    for inspection in chain:
        for run in reversed(tuple(_final(load(Report, report_key(inspection), artifacts)))):
            for name, value in run.variables.items():
                if isinstance(value, str) and value and value not in variables.setdefault(name, []):
                    variables[name].append(value)
    things: dict[str, list[str]] = {}
    for item in inventory.items.values():
        things.setdefault(item.type, []).append(item.arn)
    return Antecedents(
        variables={name: tuple(values) for name, values in variables.items() if values},
        things={kind: tuple(arns) for kind, arns in things.items()},
    )


def _canonical(value: Json) -> str:
    return json.dumps(value, sort_keys=True, default=str)


def _moment(iso: str) -> datetime:
    moment = datetime.fromisoformat(iso)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
