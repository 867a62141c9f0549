"""``cloudprobe``: the commands that inspect, and where the others are hung in; options and nothing else."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from cloudprobe import __version__
from cloudprobe.cli.commands.access import access as access_commands
from cloudprobe.cli.commands.access import setup_command
from cloudprobe.cli.commands.account import account
from cloudprobe.cli.commands.approvals import approvals, approve_command
from cloudprobe.cli.commands.ask import ask_command
from cloudprobe.cli.commands.evaluation import evaluation
from cloudprobe.cli.commands.evidence import evidence
from cloudprobe.cli.commands.plan import plan_command
from cloudprobe.cli.commands.policy import policy
from cloudprobe.cli.commands.probe import probe
from cloudprobe.cli.commands.records import records
from cloudprobe.cli.commands.serving import serve_command
from cloudprobe.cli.commands.stats import stats_command
from cloudprobe.cli.commands.templates import plugins, templates
from cloudprobe.cli.failures import reported, run_app
from cloudprobe.cli.options import (
    Access,
    Accounts,
    AccountsFile,
    ApprovePolicy,
    BudgetSeconds,
    BudgetUsd,
    DataClass,
    DataDir,
    DataResource,
    Estimate,
    ExternalId,
    Format,
    InspectionId,
    Json,
    LogLevel,
    Mask,
    Model,
    ModelFor,
    Output,
    Profile,
    Quiet,
    RecordModel,
    RoleArn,
    RoleName,
    Schema,
    Unit,
)

app = typer.Typer(
    name="cloudprobe",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Answers questions about a live cloud account with read-only scripts it can prove harmless.",
)
app.add_typer(ask_command)
app.add_typer(records)
app.add_typer(stats_command)
app.add_typer(evidence)
app.add_typer(evaluation)
app.add_typer(serve_command)
app.add_typer(setup_command)
app.add_typer(plan_command)
app.add_typer(approve_command)
app.add_typer(approvals, name="approvals")
app.add_typer(access_commands, name="access")
app.add_typer(account, name="account")
app.add_typer(policy, name="policy")
app.add_typer(templates, name="templates")
app.add_typer(plugins)
app.add_typer(probe, name="probe")


def _print_version(wanted: bool) -> None:  # noqa: FBT001 - the shape of a typer callback
    if wanted:
        typer.echo(f"cloudprobe {__version__}")
        raise typer.Exit


@app.callback()
def root(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version.")
    ] = False,
) -> None:
    """Options of every command."""


@app.command()
@reported
def inspect(
    question: Annotated[str, typer.Argument(metavar="QUESTION", help="What you want to know, in your own words.")],
    world: Annotated[
        str | None, typer.Option("--world", help="Inspect the embedded account, seeded with this world.")
    ] = None,
    region: Annotated[list[str] | None, typer.Option("--region", help="Look here only; repeatable.")] = None,
    all_regions: Annotated[bool, typer.Option("--all-regions", help="Look in every enabled region.")] = False,
    data_class: DataClass = "metadata",
    data_resource: DataResource = None,
    profile: Profile = None,
    role_arn: RoleArn = None,
    external_id: ExternalId = None,
    access: Access = "auto",
    account: Accounts = None,
    accounts_file: AccountsFile = None,
    organizational_unit: Unit = None,
    role_name: RoleName = None,
    max_iterations: Annotated[int, typer.Option(min=1, max=3, help="At most this many iterations.")] = 3,
    max_retries: Annotated[int, typer.Option(min=0, max=2, help="At most this many retries an iteration.")] = 2,
    model: Model = None,
    model_for: ModelFor = None,
    record_model: RecordModel = None,
    mask: Mask = False,
    budget_usd: BudgetUsd = None,
    budget_seconds: BudgetSeconds = None,
    estimate: Estimate = False,
    approve: Annotated[
        Literal["never", "new", "always"],
        typer.Option(help="Ask before access is granted: no; what no earlier approval covers; everything."),
    ] = "never",
    approve_policy: ApprovePolicy = None,
    schema: Schema = None,
    report_format: Format = None,
    output: Output = None,
    json: Json = False,
    quiet: Quiet = False,
    log_level: LogLevel = None,
    data_dir: DataDir = None,
) -> int:
    """Answer a question about an account.

    With --world it is the embedded account; otherwise the one that --profile or the standard AWS variables lead to
    (AWS_PROFILE, AWS_ACCESS_KEY_ID, AWS_ENDPOINT_URL, ...), or those named with --account. Exit codes: 0 answered,
    1 our failure, 2 usage, 3 refused, 4 not answered, 5 no access, 130 interrupted.
    """
    from cloudprobe.cli import approving, inspecting, reaching, thinking
    from cloudprobe.domain.inspection import InspectionSettings

    if schema:
        from cloudprobe.cli import asking

    brain = thinking.brain(model, model_for or [], record_model)
    settings = InspectionSettings(
        regions=inspecting.regions(region or [], all_regions=all_regions),
        data_class=data_class,
        data_resources=inspecting.data_resources(data_resource or [], data_class=data_class),
        max_iterations=max_iterations,
        max_retries=max_retries,
        model=brain.choice.model,
        model_for=dict(brain.choice.model_for),
        mask=mask,
        budget_usd=inspecting.budget(budget_usd, "--budget-usd"),
        budget_seconds=inspecting.budget(budget_seconds, "--budget-seconds"),
        approve=approve,
        answer_schema=asking.answer_schema(schema, brain) if schema else None,
        world=world or "",
    )
    wanted = inspecting.Output(format=report_format, path=output, json=json, quiet=quiet)
    way = reaching.way(
        world=world,
        access=access,
        profile=profile,
        role_arn=role_arn,
        role_name=role_name,
        external_id=external_id,
        accounts=account or [],
        accounts_file=accounts_file,
        unit=organizational_unit,
    )
    return inspecting.inspect(
        question,
        settings,
        wanted,
        way=way,
        consent=approving.consent(approve_policy or []),
        brain=brain,
        estimate=estimate,
        data_dir=data_dir,
        log_level=log_level,
    )


@app.command()
@reported
def resume(
    inspection_id: InspectionId,
    approve: Annotated[
        Literal["never", "new", "always"] | None, typer.Option(help="Instead of what the inspection began with.")
    ] = None,
    approve_policy: ApprovePolicy = None,
    model: Model = None,
    model_for: ModelFor = None,
    record_model: RecordModel = None,
    report_format: Format = None,
    output: Output = None,
    json: Json = False,
    quiet: Quiet = False,
    log_level: LogLevel = None,
    data_dir: DataDir = None,
) -> int:
    """Carry on an inspection that was stopped or died; finished runs are not repeated."""
    from cloudprobe.cli import approving, inspecting, thinking

    wanted = inspecting.Output(format=report_format, path=output, json=json, quiet=quiet)
    return inspecting.resume(
        inspection_id,
        wanted,
        consent=approving.consent(approve_policy or [], override=approve),
        brain=thinking.Override(model=model, model_for=tuple(model_for or ()), record=record_model),
        data_dir=data_dir,
        log_level=log_level,
    )


@app.command()
@reported
def demo(
    world: Annotated[str, typer.Option("--world", help="The world to inspect.")] = "faulty",
    question: Annotated[str | None, typer.Option("--question", help="What to ask of it.")] = None,
    data_class: DataClass = "metadata",
    data_resource: DataResource = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the report.")] = Path("demo-report"),
    log_level: LogLevel = None,
    data_dir: DataDir = None,
) -> int:
    """Inspect the embedded account and write the report as HTML, Markdown and JSON."""
    from cloudprobe.cli import inspecting
    from cloudprobe.domain.inspection import InspectionSettings

    settings = InspectionSettings(
        data_class=data_class,
        data_resources=inspecting.data_resources(data_resource or [], data_class=data_class),
        world=world,
    )
    return inspecting.demo(question, settings, output, data_dir=data_dir, log_level=log_level)


@app.command()
@reported
def doctor(json: Json = False) -> int:
    """Say which isolation this machine gives, and what it lacks."""
    from cloudprobe.cli import checkup

    return checkup.doctor(json=json)


def main() -> None:
    run_app(app)
