"""``cloudprobe probe``: one script, without an inspection around it."""

from pathlib import Path
from typing import Annotated

import typer

from cloudprobe.cli.failures import reported
from cloudprobe.cli.options import DataClass, DataResource, Json, LogLevel

probe = typer.Typer(no_args_is_help=True, help="One script: check it, run it, replay it.", rich_markup_mode=None)

Script = Annotated[str, typer.Argument(metavar="SCRIPT", help="A file with Python and boto3; - for standard input.")]
Variables = Annotated[
    str | None,
    typer.Option(metavar="JSON", help="What the script reads on standard input: a JSON object, or @FILE that has one."),
]


@probe.command("check")
@reported
def check(
    script: Script,
    data_class: DataClass = "metadata",
    data_resource: DataResource = None,
    variables: Variables = None,
    contract: Annotated[
        bool, typer.Option("--contract", help="Refuse a script that does not follow the probe contract.")
    ] = False,
    json: Json = False,
) -> int:
    """Say what a script may do, known from its code, and whether that is allowed. It is neither run nor imported.

    Exit codes: 0 accepted, 3 refused, 2 usage.
    """
    from cloudprobe.cli import probing

    wanted = probing.Wanted(
        data_class=data_class, data_resources=tuple(data_resource or ()), contract=contract, variables=variables
    )
    return probing.check(script, wanted, json=json)


@probe.command("run")
@reported
def run(
    script: Script,
    variables: Variables = None,
    policy: Annotated[
        str | None,
        typer.Option(metavar="FILE", help="Grant this IAM policy instead of the derived one; never past the ceiling."),
    ] = None,
    data_class: DataClass = "metadata",
    data_resource: DataResource = None,
    record: Annotated[Path | None, typer.Option(metavar="FILE", help="Keep the recording in this file.")] = None,
    world: Annotated[
        str | None, typer.Option("--world", help="Run in the embedded account, seeded with this world.")
    ] = None,
    region: Annotated[str | None, typer.Option("--region", help="The region of a client that names none.")] = None,
    wall_seconds: Annotated[float, typer.Option(min=1, max=900, help="At most this long.")] = 120.0,
    static_checks: Annotated[
        bool,
        typer.Option(
            "--static-checks/--no-static-checks",
            help="Whether the guard must accept the script first. Without, --policy says what it may call.",
        ),
    ] = True,
    json: Json = False,
    log_level: LogLevel = None,
) -> int:
    """Run a script once: in the sandbox, under a role of its own, its calls decided by the broker.

    Exit codes: 0 it succeeded, 3 refused, 4 it failed or reached a limit, 5 no access, 2 usage, 130 interrupted.
    """
    from cloudprobe.cli import probe_runs, probing

    wanted = probing.Wanted(data_class=data_class, data_resources=tuple(data_resource or ()), variables=variables)
    options = probe_runs.RunOptions(
        policy=policy,
        record=record,
        world=world or "",
        region=region or "",
        wall_seconds=wall_seconds,
        static_checks=static_checks,
    )
    return probe_runs.run(script, wanted, options, json=json, log_level=log_level)


@probe.command("replay")
@reported
def replay(
    script: Script,
    recording: Annotated[Path, typer.Argument(metavar="RECORDING", help="What `probe run --record` wrote.")],
    variables: Variables = None,
    json: Json = False,
) -> int:
    """Run a script again with the answers of a recording: the same result, byte for byte, without any cloud.

    Exit codes: 0 it succeeded, 3 the recording is of another script, 4 it failed,
    printed something else than the run, asked what was not recorded, or the recording is damaged.
    """
    from cloudprobe.cli import probe_runs

    return probe_runs.replay(script, recording, variables, json=json)
