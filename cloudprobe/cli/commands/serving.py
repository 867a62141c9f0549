"""``serve``: questions over HTTP."""

from pathlib import Path
from typing import Annotated

import typer

from cloudprobe.cli.failures import reported
from cloudprobe.cli.options import (
    Access,
    Accounts,
    AccountsFile,
    BudgetSeconds,
    BudgetUsd,
    DataDir,
    ExternalId,
    LogLevel,
    Mask,
    Model,
    ModelFor,
    Profile,
    RoleArn,
    RoleName,
)

serve_command = typer.Typer(rich_markup_mode=None)


@serve_command.command("serve")
@reported
def serve(
    world: Annotated[str | None, typer.Option("--world", help="The embedded account, seeded with this world.")] = None,
    port: Annotated[int, typer.Option(min=0, max=65535, help="On 127.0.0.1; 0 takes one that is free.")] = 8765,
    callers: Annotated[
        Path | None,
        typer.Option("--callers", metavar="FILE", help="Who may ask, and how far.  [default: one key, made now]"),
    ] = None,
    at_a_time: Annotated[
        int, typer.Option("--at-a-time", min=1, max=32, metavar="N", help="So many inspections; the rest wait.")
    ] = 2,
    profile: Profile = None,
    role_arn: RoleArn = None,
    external_id: ExternalId = None,
    access: Access = "auto",
    account: Accounts = None,
    accounts_file: AccountsFile = None,
    role_name: RoleName = None,
    model: Model = None,
    model_for: ModelFor = None,
    mask: Mask = False,
    budget_usd: BudgetUsd = None,
    budget_seconds: BudgetSeconds = None,
    log_level: LogLevel = None,
    data_dir: DataDir = None,
) -> int:
    """Answer questions over HTTP on this machine: POST /inspect, GET /status/ID, GET /results/ID, GET /metrics.

    Budgets are of each inspection. What runs when it is stopped goes on at the next start.
    """
    from cloudprobe.cli import inspecting, reaching, serving, thinking
    from cloudprobe.domain.inspection import InspectionSettings

    brain = thinking.brain(model, model_for or [], None)
    settings = InspectionSettings(
        model=brain.choice.model,
        model_for=dict(brain.choice.model_for),
        mask=mask,
        budget_usd=inspecting.budget(budget_usd, "--budget-usd"),
        budget_seconds=inspecting.budget(budget_seconds, "--budget-seconds"),
        world=world or "",
    )
    way = reaching.way(
        world=world,
        access=access,
        profile=profile,
        role_arn=role_arn,
        role_name=role_name,
        external_id=external_id,
        accounts=account or [],
        accounts_file=accounts_file,
        unit=None,
    )
    wanted = serving.Service(port=port, callers=callers, at_a_time=at_a_time)
    return serving.serve(wanted, settings, way=way, brain=brain, data_dir=data_dir, log_level=log_level)
