"""``ask``: a question that continues a finished inspection."""

from typing import Annotated, Literal

import typer

from cloudprobe.cli.failures import reported
from cloudprobe.cli.options import (
    ApprovePolicy,
    BudgetSeconds,
    BudgetUsd,
    DataDir,
    DataResource,
    Format,
    InspectionId,
    Json,
    LogLevel,
    Mask,
    Model,
    ModelFor,
    Output,
    Quiet,
    RecordModel,
    Schema,
)

ask_command = typer.Typer(rich_markup_mode=None)


@ask_command.command()
@reported
def ask(
    inspection_id: InspectionId,
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="What else you want to know.")],
    fresh: Annotated[
        float | None,
        typer.Option("--fresh", metavar="HOURS", help="Look again at what was read longer ago.  [default: 24]"),
    ] = None,
    region: Annotated[list[str] | None, typer.Option("--region", help="Look here only; repeatable.")] = None,
    all_regions: Annotated[bool, typer.Option("--all-regions", help="Look in every enabled region.")] = False,
    data_class: Annotated[
        Literal["metadata", "logs", "data"] | None, typer.Option(help="What may be read.  [default: as it was]")
    ] = None,
    data_resource: DataResource = None,
    max_iterations: Annotated[
        int | None, typer.Option(min=1, max=3, help="At most this many iterations.  [default: as it was]")
    ] = None,
    max_retries: Annotated[
        int | None, typer.Option(min=0, max=2, help="At most this many retries an iteration.  [default: as it was]")
    ] = None,
    model: Model = None,
    model_for: ModelFor = None,
    record_model: RecordModel = None,
    mask: Mask = False,
    budget_usd: BudgetUsd = None,
    budget_seconds: BudgetSeconds = None,
    approve: Annotated[
        Literal["never", "new", "always"] | None, typer.Option(help="Instead of what the inspection began with.")
    ] = None,
    approve_policy: ApprovePolicy = None,
    schema: Schema = None,
    report_format: Format = None,
    output: Output = None,
    json: Json = False,
    quiet: Quiet = False,
    log_level: LogLevel = None,
    data_dir: DataDir = None,
) -> int:
    """Continue a finished inspection with another question; what it knows is not looked at again.

    It is an inspection of its own, in the same account, by the same way, with the same bounds unless you give others.
    What is reused is told with its time. Exit codes: those of `inspect`.
    """
    from cloudprobe.cli import approving, asking, inspecting, thinking

    asked = asking.Asked(
        fresh_hours=fresh,
        regions=inspecting.regions(region or [], all_regions=all_regions),
        data_class=data_class,
        data_resources=tuple(data_resource or ()),
        max_iterations=max_iterations,
        max_retries=max_retries,
        mask=mask,
        budget_usd=inspecting.budget(budget_usd, "--budget-usd"),
        budget_seconds=inspecting.budget(budget_seconds, "--budget-seconds"),
        approve=approve,
        schema=schema,
    )
    return asking.ask(
        inspection_id,
        question,
        asked,
        inspecting.Output(format=report_format, path=output, json=json, quiet=quiet),
        consent=approving.consent(approve_policy or [], override=approve),
        brain=thinking.Override(model=model, model_for=tuple(model_for or ()), record=record_model),
        data_dir=data_dir,
        log_level=log_level,
    )
