"""``cloudprobe``: every command, its options, and nothing else."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from cloudprobe import __version__
from cloudprobe.cli.failures import reported

app = typer.Typer(
    name="cloudprobe",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Answers questions about a live cloud account with read-only scripts it can prove harmless.",
)
account = typer.Typer(no_args_is_help=True, help="The embedded AWS account.", rich_markup_mode=None)
app.add_typer(account, name="account")

DataDir = Annotated[
    Path | None,
    typer.Option("--data-dir", help="Where inspections are kept.  [default: the platform's data folder]"),
]
LogLevel = Annotated[
    str | None, typer.Option("--log-level", help="A level, or component=level pairs: cloudprobe.sandbox=DEBUG,INFO.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="No progress on standard error.")]
Format = Annotated[
    Literal["md", "json", "html"] | None, typer.Option("--format", help="Print the report in this format.")
]
Output = Annotated[Path | None, typer.Option("--output", "-o", help="Write it to this file instead.")]
InspectionId = Annotated[str, typer.Argument(metavar="ID", help="As printed by `cloudprobe list`.")]


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
    max_iterations: Annotated[int, typer.Option(min=1, max=3, help="At most this many iterations.")] = 3,
    max_retries: Annotated[int, typer.Option(min=0, max=2, help="At most this many retries an iteration.")] = 2,
    model: Annotated[Literal["library"], typer.Option(help="Who thinks: the template library.")] = "library",
    report_format: Format = None,
    output: Output = None,
    json: Json = False,
    quiet: Quiet = False,
    log_level: LogLevel = None,
    data_dir: DataDir = None,
) -> int:
    """Answer a question about an account.

    With --world it is the embedded account; otherwise the endpoint and credentials of the standard AWS variables
    (AWS_ENDPOINT_URL, AWS_ACCESS_KEY_ID, ...). Exit codes: 0 answered, 1 our failure, 2 usage, 3 refused,
    4 not answered, 5 no access, 130 interrupted.
    """
    from cloudprobe.cli import inspecting
    from cloudprobe.domain.inspection import InspectionSettings

    settings = InspectionSettings(
        regions=inspecting.regions(region or [], all_regions=all_regions),
        max_iterations=max_iterations,
        max_retries=max_retries,
        model=model,
        world=world or "",
    )
    wanted = inspecting.Output(format=report_format, path=output, json=json, quiet=quiet)
    return inspecting.inspect(question, settings, wanted, data_dir=data_dir, log_level=log_level)


@app.command()
@reported
def resume(
    inspection_id: InspectionId,
    report_format: Format = None,
    output: Output = None,
    json: Json = False,
    quiet: Quiet = False,
    log_level: LogLevel = None,
    data_dir: DataDir = None,
) -> int:
    """Carry on an inspection that was stopped or died; finished runs are not repeated."""
    from cloudprobe.cli import inspecting

    wanted = inspecting.Output(format=report_format, path=output, json=json, quiet=quiet)
    return inspecting.resume(inspection_id, wanted, data_dir=data_dir, log_level=log_level)


@app.command()
@reported
def demo(
    world: Annotated[str, typer.Option("--world", help="The world to inspect.")] = "faulty",
    question: Annotated[str | None, typer.Option("--question", help="What to ask of it.")] = None,
    output: Annotated[Path, typer.Option("--output", "-o", help="Folder for the report.")] = Path("demo-report"),
    log_level: LogLevel = None,
    data_dir: DataDir = None,
) -> int:
    """Inspect the embedded account and write the report as HTML, Markdown and JSON."""
    from cloudprobe.cli import inspecting

    return inspecting.demo(question, world, output, data_dir=data_dir, log_level=log_level)


@app.command("list")
@reported
def list_inspections(json: Json = False, data_dir: DataDir = None) -> int:
    """List inspections, newest first."""
    from cloudprobe.cli import stored

    return stored.list_inspections(data_dir, json=json)


@app.command()
@reported
def show(inspection_id: InspectionId, json: Json = False, data_dir: DataDir = None) -> int:
    """Show an inspection: its answer, or how far it got."""
    from cloudprobe.cli import stored

    return stored.show(inspection_id, data_dir, json=json)


@app.command()
@reported
def report(
    inspection_id: InspectionId,
    report_format: Annotated[Literal["md", "json", "html"], typer.Option("--format", help="In which format.")] = "md",
    output: Output = None,
    data_dir: DataDir = None,
) -> int:
    """Print or write an inspection's report."""
    from cloudprobe.cli import stored

    return stored.report(inspection_id, report_format, output, data_dir)


@app.command()
@reported
def data(inspection_id: InspectionId, json: Json = False, data_dir: DataDir = None) -> int:
    """Print what an inspection saw of the account: the inventory, conflicts included."""
    from cloudprobe.cli import stored

    return stored.data(inspection_id, data_dir, json=json)


@app.command()
@reported
def delete(inspection_id: InspectionId, data_dir: DataDir = None) -> int:
    """Delete an inspection and everything it stored."""
    from cloudprobe.cli import stored

    return stored.delete(inspection_id, data_dir)


@app.command()
@reported
def doctor(json: Json = False) -> int:
    """Say which isolation this machine gives, and what it lacks."""
    from cloudprobe.cli import checkup

    return checkup.doctor(json=json)


@account.command("start")
@reported
def account_start(
    world: Annotated[str | None, typer.Option("--world", help="Seed it with this world.")] = None,
    port: Annotated[int | None, typer.Option("--port", min=1, max=65535, help="Port on 127.0.0.1.")] = None,
) -> int:
    """Run the embedded account in the foreground and print how to reach it.

    Copy the printed lines into another shell; any AWS client there then uses this account.
    """
    from cloudprobe.cli import accounts

    return accounts.start(world, port)


@account.command("worlds")
@reported
def account_worlds(json: Json = False) -> int:
    """List the worlds an embedded account can be seeded with."""
    from cloudprobe.cli import accounts

    return accounts.worlds(json=json)


def main() -> None:
    app()
