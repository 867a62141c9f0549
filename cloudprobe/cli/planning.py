"""``plan``: the probes of the first iteration with their policies, expected calls and cost. No account is touched."""

import json as jsonlib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

from rich.console import Console
from rich.text import Text

from cloudprobe.adapters.local.clock import SystemClock
from cloudprobe.adapters.models.estimates import ModelEstimate
from cloudprobe.adapters.models.ledger import Ledger
from cloudprobe.adapters.models.prices import ModelPrices
from cloudprobe.bootstrap import load_plugins, think
from cloudprobe.cli import estimating
from cloudprobe.cli.inspecting import checked_question
from cloudprobe.cli.writing import print_text
from cloudprobe.config import Config
from cloudprobe.domain.ids import inspection_id
from cloudprobe.domain.inspection import InspectionSettings
from cloudprobe.domain.probe import Probe
from cloudprobe.domain.spending import model_calls_of, model_usd, unpriced
from cloudprobe.domain.state import WorkflowState, decision_of, initial_state, merge, work_of
from cloudprobe.domain.text import printable
from cloudprobe.domain.transitions import FIRST, Step, next_step
from cloudprobe.domain.work import WorkItem, WorkStatus
from cloudprobe.errors import RefusedError, UnansweredError
from cloudprobe.guard import actions as catalogue
from cloudprobe.guard.ceiling import tier
from cloudprobe.guard.estimate import ALL_REGIONS, HOW, OperationEstimate, estimate
from cloudprobe.guard.policy import allow_statements, as_list
from cloudprobe.plugins.models import ModelChoice
from cloudprobe.ports import Ports
from cloudprobe.sandbox.permit import Permit
from cloudprobe.steps.artifacts import load, permit_key, probe_key
from cloudprobe.steps.table import STEPS
from cloudprobe.testing import InMemoryArtifactStore, InMemoryRecordings, NullObserver

_PLANNED = frozenset({Step.ORCHESTRATE, Step.GENERATE_PROMPT, Step.GENERATE_CODE, Step.VALIDATE})
_LATER = "Later iterations depend on what this one finds; each is planned, checked and granted by itself."


_NO_ACCOUNT = "000000000000"


class _Never:
    """Stands where access would be made or used: planning does neither."""

    def __getattr__(self, name: str) -> NoReturn:
        raise RuntimeError(f"planning reached {name}")  # a bug of ours


def plan(question: str, settings: InspectionSettings, *, json: bool, data_dir: Path | None) -> int:
    """0 where there is something to run.

    Raises:
        UnansweredError: nothing fits the question.
        RefusedError: whatever was written for it was not accepted.
    """
    asked = checked_question(question)
    artifacts, config = InMemoryArtifactStore(), Config.read(data_dir=data_dir)
    ledger = Ledger(ModelPrices.read(config.prices), clock=SystemClock())
    state = _walk(asked, settings, artifacts, config, ledger=ledger)
    planned = work_of(state, WorkStatus.VALIDATED) if state["work"] else ()
    if not planned:
        _nothing(state)
    probes = [_probe(item, artifacts) for item in planned]
    models = estimating.model_estimate(asked, settings, config)
    document = {
        "version": 1,
        "question": asked,
        "why": decision_of(state).reason,
        "data_class": settings.data_class,
        "probes": probes,
        "rejected": [
            {"description": item.prompt.description, "feedback": [one.model_dump(mode="json") for one in item.feedback]}
            for item in work_of(state, WorkStatus.REJECTED, WorkStatus.ABANDONED)
        ],
        "expected_calls": sum(probe["expected_calls"] for probe in probes),
        "expected_cost_usd": round(sum(probe["expected_cost_usd"] for probe in probes), 6),
        "how_estimated": HOW,
        "later": _LATER,
        "models": estimating.document(models),
        "planning": _spent(state),
    }
    if json:
        print_text(jsonlib.dumps(document, indent=2))
    else:
        _print(document, models, Console(highlight=False))
    return 0


def planned_by_templates(question: str, settings: InspectionSettings, config: Config) -> tuple[int, float]:
    """Expected calls and dollars of the first iteration, as far as templates carry it; no model is asked.

    Raises:
        CloudprobeError: none fits.
    """
    artifacts = InMemoryArtifactStore()
    alone = settings.model_copy(update={"model": "library", "model_for": {}, "account": _NO_ACCOUNT})
    ledger = Ledger(ModelPrices(), clock=SystemClock())
    state = _walk(question, alone, artifacts, config, ledger=ledger)
    planned = work_of(state, WorkStatus.VALIDATED) if state["work"] else ()
    if not planned:
        _nothing(state)
    probes = [_probe(item, artifacts) for item in planned]
    return sum(one["expected_calls"] for one in probes), sum(one["expected_cost_usd"] for one in probes)


def _spent(state: WorkflowState) -> dict[str, Any] | None:
    """What the planning itself has already cost; nothing where no model was asked."""
    calls = model_calls_of(state)
    if not calls:
        return None
    tokens = sum(call.usage.total for call in calls)
    usd = None if unpriced(calls) else round(model_usd(calls), 6)
    return {"exchanges": len(calls), "tokens": tokens, "usd": usd}


def _walk(
    question: str, settings: InspectionSettings, artifacts: InMemoryArtifactStore, config: Config, *, ledger: Ledger
) -> WorkflowState:
    plugins = load_plugins(config)
    choice = ModelChoice(model=settings.model, model_for=settings.model_for)
    agents = think(config, choice, plugins=plugins, ledger=ledger)
    never: Any = _Never()
    ports = Ports(
        clock=SystemClock(),
        artifacts=artifacts,
        recordings=InMemoryRecordings(),
        grantor=never,
        observer=NullObserver(),
        orchestrator=agents.orchestrator,
        prompt_generator=agents.prompt_generator,
        code_generator=agents.code_generator,
        code_executor=never,
        discovery_analyst=agents.discovery_analyst,
        ledger=ledger,
    )
    state = initial_state(inspection_id(ports.clock.now(), bytes(4)), question, settings)
    step = FIRST
    while step in _PLANNED:
        ledger.open(state, step.value)
        state = merge(state, {**STEPS[step](state, ports), "step": step.value})
        state = merge(state, {"model_calls": [call.model_dump(mode="json") for call in ledger.take()]})
        step = next_step(state)
    return state


def _nothing(state: WorkflowState) -> NoReturn:
    rejected = [item for item in work_of(state) if item.feedback]
    if rejected:
        last = rejected[-1].feedback[-1]
        raise RefusedError(f"What was written for it was not accepted: {last.message}", hint=last.hint)
    raise UnansweredError(decision_of(state).reason, hint="See `cloudprobe templates list` for what can be asked.")


def _probe(item: WorkItem, artifacts: InMemoryArtifactStore) -> dict[str, Any]:
    probe = load(Probe, probe_key(item.run_id), artifacts)
    permit = Permit.from_json(jsonlib.loads(artifacts.get(permit_key(item.run_id))))
    regions = _regions(item)
    operations = estimate([(one.service, one.operation) for one in permit.operations], regions=regions)
    return {
        "template": item.prompt.template if item.prompt.library else None,
        "description": item.prompt.description,
        "variables": item.prompt.variables,
        "script": probe.script,
        "policy": probe.policy,
        "actions": list(_actions(probe.policy)),
        "digests": {"script": item.script_digest, "policy": item.policy_digest},
        "regions": regions,
        "operations": [asdict(one) for one in operations],
        "expected_calls": sum(one.calls for one in operations),
        "expected_cost_usd": round(sum(one.cost for one in operations), 6),
        "priced": [_priced(one) for one in operations if one.usd],
    }


def _regions(item: WorkItem) -> int:
    """How many regions the probe will look at, as far as its variables say."""
    named = item.prompt.variables.get("regions")
    if named == ["*"]:
        return ALL_REGIONS
    return max(1, len(named)) if isinstance(named, list) else 1


def _actions(policy: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for statement in allow_statements(policy):
        for name in as_list(statement.get("Action")):
            known = catalogue.action(name)
            found, reason, _ = tier(name)
            yield {
                "action": name,
                "tier": found,
                "reason": reason,
                "resources": as_list(statement.get("Resource")),
                "meaning": known.description if known else "",
            }


def _priced(one: OperationEstimate) -> dict[str, Any]:
    return {"operation": f"{one.service}:{one.operation}", "usd": one.usd, "per": one.per, "calls": one.calls}


def _print(document: dict[str, Any], models: ModelEstimate, console: Console) -> None:
    console.print(Text(printable(document["why"]), style="dim"))
    for probe in document["probes"]:
        console.print(Text(f"\n{printable(probe['description'])}", style="bold"))
        console.print(
            Text(f"  variables  {printable(jsonlib.dumps(probe['variables'], ensure_ascii=False))}", style="dim")
        )
        console.print(
            Text(f"  script     {probe['digests']['script'][:12]}, {len(probe['script'].splitlines())} lines")
        )
        console.print(Text(f"  policy     {probe['digests']['policy'][:12]}"))
        for one in probe["actions"]:
            where = "everything" if one["resources"] == ["*"] else printable(", ".join(one["resources"]))
            console.print(Text.assemble("    ", (one["action"], "cyan"), f"  {one['tier']}, on {where}"))
        console.print(Text(f"  calls      about {probe['expected_calls']}"))
        for one in probe["priced"]:
            console.print(Text(f"    {one['operation']} costs {one['usd']:.7f} USD a {one['per']}", style="dim"))
    total = document["expected_cost_usd"]
    console.print(Text(f"\nexpected   about {document['expected_calls']} calls, {total:.4f} USD"))
    console.print(Text(f"estimated  {document['how_estimated']}", style="dim"))
    console.print(Text(f"later      {document['later']}", style="dim"))
    for line in estimating.lines(models) if models.agents else ():
        console.print(Text(printable(line), style="dim"), soft_wrap=True)
    if document["planning"]:
        spent = document["planning"]
        usd = "of no known price" if spent["usd"] is None else f"{spent['usd']:.4f} USD"
        console.print(Text(f"planning   took {spent['exchanges']} exchanges, {spent['tokens']:,} tokens, {usd}"))
    console.print(Text("scripts    with --json", style="dim"))
