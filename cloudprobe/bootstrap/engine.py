"""An engine in this process, wired."""

import logging
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from cloudprobe.bootstrap.account import Account
from cloudprobe.bootstrap.thinking import load_plugins, open_ledger, open_masks, open_tracer, think
from cloudprobe.bootstrap.workspace import Workspace
from cloudprobe.domain.transitions import Step
from cloudprobe.errors import CloudprobeError
from cloudprobe.ports import (
    Approver,
    Grantor,
    InspectionEngine,
    Observer,
    Ports,
    Tracer,
)
from cloudprobe.steps.perform import StepFunction

if TYPE_CHECKING:
    from cloudprobe.adapters.aws.access import AccountAccess
    from cloudprobe.adapters.models.ledger import Ledger
    from cloudprobe.adapters.models.masked import Masks
    from cloudprobe.plugins.hookspecs import Agents
    from cloudprobe.plugins.manager import Plugins
    from cloudprobe.plugins.models import ModelChoice

log = logging.getLogger(__name__)


def build_engine(
    workspace: Workspace,
    account: Account,
    *,
    observer: Observer,
    cancel: threading.Event,
    model: "str | ModelChoice" = "library",
    record_model: Path | None = None,
    plugins: "Plugins | None" = None,
    approver: Approver | None = None,
    agents: "Agents | None" = None,
    steps: Mapping[Step, StepFunction] | None = None,
) -> InspectionEngine:
    """An engine in this process.

    Args:
        workspace: where state and results go.
        account: what is inspected.
        observer: told of progress, and with it every plugin that wants to hear.
        cancel: set to stop.
        model: who thinks.
        record_model: a folder to keep every exchange with a model in.
        plugins: other ones than those that are found.
        approver: asked before a policy is granted; by default what was approved before passes, and nothing else.
        agents: instead of the model's: what was thought once is only carried out again.
        steps: other step functions than the usual ones.

    Raises:
        UsageError: nobody provides that model.
        AccessError: it cannot be reached, or its package is not installed.
    """
    from cloudprobe.local.engine import InProcessEngine
    from cloudprobe.plugins.notifying import NotifyingEngine, NotifyingObserver
    from cloudprobe.steps.table import STEPS

    plugins = plugins or load_plugins(workspace.config)
    ledger, masks = open_ledger(workspace.config), open_masks(workspace)
    tracer = open_tracer(workspace.config, masks)
    agents = agents or think(
        workspace.config,
        model,
        plugins=plugins,
        cancel=cancel,
        record=record_model,
        tracer=tracer,
        ledger=ledger,
        masks=masks,
    )
    told = NotifyingObserver(observer, plugins)
    engine = InProcessEngine(
        _ports(
            workspace,
            account,
            observer=told,
            cancel=cancel,
            agents=agents,
            approver=approver,
            tracer=tracer,
            ledger=ledger,
            masks=masks,
        ),
        workspace.states,
        folder=workspace.folder,
        lock=workspace.lock,
        cancel=cancel,
        steps=steps or STEPS,
    )
    return NotifyingEngine(engine, plugins)


def _sweep(grantors: Iterable[Grantor]) -> None:
    """Delete the roles that killed inspections left and nobody resumed, where roles are made at all."""
    from cloudprobe.adapters.aws.role_grantor import RoleGrantor

    for grantor in grantors:
        if not isinstance(grantor, RoleGrantor):
            continue
        try:
            for leftover in grantor.sweep():
                log.info("deleted the expired role %s of run %s", leftover.role, leftover.run_id)
        except CloudprobeError as error:  # whoever may not look may still be allowed to grant
            log.info("expired roles could not be swept: %s", error)


def _ports(
    workspace: Workspace,
    account: Account,
    *,
    observer: Observer,
    cancel: threading.Event,
    agents: "Agents",
    approver: Approver | None,
    tracer: Tracer | None,
    ledger: "Ledger",
    masks: "Masks",
) -> Ports:
    from cloudprobe.adapters.aws.fan_out import AccountGrantors, AccountRunners
    from cloudprobe.adapters.local.approvals import FileApprovals, LocalApprover
    from cloudprobe.adapters.local.clock import SystemClock
    from cloudprobe.adapters.local.process_runner import ProcessRunner
    from cloudprobe.agents.code_executor import CodeExecutor

    clock = SystemClock()
    accesses = account.accesses
    _sweep(access.grantor for access in accesses.values())

    def runner(access: "AccountAccess") -> ProcessRunner:
        return ProcessRunner(workspace.recordings, access, clock=clock, observer=observer, cancel=cancel)

    return Ports(
        clock=clock,
        artifacts=workspace.artifacts,
        recordings=workspace.recordings,
        grantor=AccountGrantors(accesses),
        observer=observer,
        orchestrator=agents.orchestrator,
        prompt_generator=agents.prompt_generator,
        code_generator=agents.code_generator,
        code_executor=CodeExecutor(AccountRunners(accesses, runner)),
        discovery_analyst=agents.discovery_analyst,
        approver=approver or LocalApprover(FileApprovals(workspace.config.data_dir / "approvals", clock=clock)),
        tracer=tracer,
        ledger=ledger,
        masks=masks,
    )
